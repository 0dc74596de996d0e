/** An answer other than 200, in the form of Google's APIs. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }

  toJSON(): object {
    const { status, reason, message } = this;
    return {
      error: { code: status, message, errors: [{ reason, message, domain: 'global' }], status: reason },
    };
  }
}

export function invalidQuery(message: string): ApiError {
  return new ApiError(400, 'invalidQuery', message);
}

export function notFound(what: string): ApiError {
  return new ApiError(404, 'notFound', `Not found: ${what}`);
}
