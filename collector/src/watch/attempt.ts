export interface AttemptParts {
  readonly signal: AbortSignal;
  /** Told of what failed without stopping anything. */
  readonly onError: (error: unknown, message: string) => void;
}

/** What the work gives; null where it failed, which is reported, but not while everything is being stopped. */
export async function attempt<T>(
  { signal, onError }: AttemptParts,
  what: string,
  work: () => Promise<T>,
): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!signal.aborted) onError(error, `${what} failed; it is tried again.`);
    return null;
  }
}
