/**
 * An encoder turns texts into vectors.
 *
 * Contract:
 * - The answer has one vector for each text, in order, all of one length and finite.
 * - The same name means the same vectors for the same texts: another model has another name, because vectors of
 *   unlike encoders are never compared.
 * - `dimension` is null while it is not known before the first answer.
 * - A failure is an `EncoderError` that says whether the texts are to blame. Retrying is the caller's business.
 * - The promise settles soon after the signal fires.
 */
export interface Encoder {
  readonly name: string;
  readonly dimension: number | null;
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
}

export class EncoderError extends Error {
  override readonly name = 'EncoderError';
  /** True when another attempt with these texts would fail too, while other texts may pass. */
  readonly refused: boolean;

  constructor(message: string, { refused, ...options }: ErrorOptions & { readonly refused: boolean }) {
    super(message, options);
    this.refused = refused;
  }
}
