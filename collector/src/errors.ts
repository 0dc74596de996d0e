/**
 * Every error a user of the collector can meet: code, HTTP status, whether a sender should try again, message.
 * `docs/errors.md` lists the same codes; a test holds the two together.
 */
export const errors = {
  bad_request: { status: 400, retry: false, message: 'The request could not be read.' },
  undecodable: { status: 400, retry: false, message: 'The body is not valid OTLP.' },
  bad_sql: { status: 400, retry: false, message: 'The statement could not be run.' },
  unauthenticated: { status: 401, retry: false, message: 'A valid API key is required.' },
  destination_blocked: { status: 400, retry: false, message: 'Alerts are not sent to this address.' },
  forbidden: { status: 403, retry: false, message: 'This request is not allowed.' },
  not_found: { status: 404, retry: false, message: 'There is nothing here.' },
  method_not_allowed: { status: 405, retry: false, message: 'This method is not supported here.' },
  too_large: { status: 413, retry: false, message: 'The body is larger than the limit.' },
  unsupported_type: { status: 415, retry: false, message: 'The content type or encoding is not supported.' },
  too_many_wrong_keys: {
    status: 429,
    retry: true,
    message: 'Too many requests with a wrong key came from this address.',
  },
  rate_limited: { status: 429, retry: true, message: 'Too much arrives at once.' },
  overloaded: { status: 503, retry: true, message: 'More arrives than can be taken in now.' },
  timed_out: { status: 504, retry: true, message: 'The query took too long.' },
  storage_unavailable: { status: 503, retry: true, message: 'The journal cannot be written now.' },
  store_unavailable: { status: 503, retry: true, message: 'The store is not reachable now.' },
  disk_full: { status: 503, retry: true, message: 'The disk is full.' },
  startup_failed: { status: 500, retry: false, message: 'The collector could not start.' },
  internal: { status: 500, retry: false, message: 'An unexpected error happened.' },
} as const;

export type ErrorCode = keyof typeof errors;

export class SextantError extends Error {
  override readonly name = 'SextantError';
  readonly code: ErrorCode;
  /** What happened this time, without the general message of the code. */
  readonly detail: string | null;

  constructor(code: ErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? errors[code].message : `${errors[code].message} ${detail}`, options);
    this.code = code;
    this.detail = detail ?? null;
  }

  get status(): number {
    return errors[this.code].status;
  }
}
