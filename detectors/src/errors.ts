/** What can be wrong with what a caller hands over. */
export type DetectorErrorCode =
  /** Sketches of unlike ids met. */
  | 'sketch_mismatch'
  /** A vector has the wrong length, or a number that is not finite or too large. */
  | 'bad_vector'
  /** A stored fit could not be read. */
  | 'bad_fit'
  /** Too few vectors to fit on. */
  | 'too_few_rows'
  /** No kind measures a feature of this name. */
  | 'unknown_feature';

export class DetectorError extends Error {
  override readonly name: string = 'DetectorError';
  readonly code: DetectorErrorCode;

  constructor(code: DetectorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export class SketchMismatchError extends DetectorError {
  override readonly name = 'SketchMismatchError';

  constructor(first: string, second: string) {
    super('sketch_mismatch', `Sketches of unlike ids cannot be put together: ${first} and ${second}.`);
  }
}
