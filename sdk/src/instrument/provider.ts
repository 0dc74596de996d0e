import type { CallDescription } from '../call.ts';
import type { ObserveOptions } from '../observe.ts';

/**
 * How the client of one provider is traced: one file beside this one and a line in `providers.ts`.
 *
 * Contract:
 * - The client's package is never imported. A client is recognised by its shape, because an application may hold
 *   several copies or a compatible one.
 * - Nothing is patched: `instrument` puts a proxy before the client, and the client itself stays as it was.
 * - `describe` may throw: its caller guards it, and the call then runs untraced.
 * - Arguments and results belong to the caller. They are read, never changed, and a request is sent as it was given.
 */
export interface Provider {
  readonly name: string;
  matches(client: object): boolean;
  /** Traced methods, by their path on the client such as `chat.completions.create`. */
  readonly methods: Readonly<Record<string, TracedMethod>>;
  /** Properties by which parts of the client reach the client: helpers built on traced methods find them through it. */
  readonly backReferences: readonly string[];
  /** Methods that return another client of the same kind. */
  readonly clones: readonly string[];
}

export interface TracedMethod extends ObserveOptions {
  describe(request: ProviderRequest): CallDescription;
}

export interface ProviderRequest {
  /** The client as given to `instrument`. */
  readonly client: object;
  /** Arguments of the method. */
  readonly args: readonly unknown[];
  /** Provider named in the options of `instrument`, if any. */
  readonly provider: string | undefined;
}
