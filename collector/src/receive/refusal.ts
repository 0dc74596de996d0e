import { type ErrorCode, errors, SextantError } from '../errors.ts';

/** Refused now, and to be tried again after so many seconds. */
export class RetryLater extends SextantError {
  readonly retry_after_s: number;

  constructor(code: ErrorCode, retry_after_s: number, detail?: string) {
    super(code, detail);
    this.retry_after_s = retry_after_s;
  }
}

/** Whole seconds after which a sender may try again; null where it must not. */
export function retryAfter(error: SextantError): number | null {
  if (error instanceof RetryLater) return error.retry_after_s;
  return errors[error.code].retry ? usual_pause_s : null;
}

const usual_pause_s = 5;
