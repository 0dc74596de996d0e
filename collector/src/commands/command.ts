/** What a command may use of the process it runs in; only main.ts has the process itself. */
export interface CommandContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Results. */
  out(text: string): void;
  /** Everything else. */
  error(text: string): void;
  readonly is_terminal: boolean;
  /** Asks the person at the terminal; absent where nobody is there to answer. */
  ask?(question: string): Promise<string>;
  /** Fires when the user asks to stop. */
  readonly signal: AbortSignal;
  /** File of the program. */
  readonly program: string;
}

/** How every command ends. */
export const exit_codes = { ok: 0, failed: 1, found: 2, not_enough_evidence: 3, usage: 64 } as const;
export type ExitCode = (typeof exit_codes)[keyof typeof exit_codes];

/** The collector a command asks. */
export interface Collector {
  readonly url: string;
  readonly key: string | null;
}

const default_url = 'http://127.0.0.1:4318';

/** The flag that `collectorOf` reads, and what it says of itself. */
export const url_flag = [
  '--url <url>',
  `address of the collector (else SEXTANT_URL, else ${default_url})`,
] as const;

export function collectorOf(
  context: CommandContext,
  given: { readonly url?: string | undefined },
): Collector {
  const url = given.url ?? context.environment['SEXTANT_URL'] ?? default_url;
  return { url: url.replace(/\/+$/, ''), key: context.environment['SEXTANT_KEY'] || null };
}
