import { SextantError } from '../../errors.ts';

/** What can be read from an error of the BigQuery client, of Google's API or of the network. */
interface Failure {
  /** HTTP status, or the name of a network error such as ECONNRESET. */
  readonly code: unknown;
  readonly message: string;
  readonly reasons: readonly string[];
}

const passing_reasons: ReadonlySet<string> = new Set([
  'backendError',
  'internalError',
  'rateLimitExceeded',
  'jobRateLimitExceeded',
  'jobBackendError',
  'jobInternalError',
  'timeout',
  'stopped',
]);

/** Whether the same call may succeed a moment later. */
export function isPassing(error: unknown): boolean {
  const { code, reasons } = readFailure(error);
  if (typeof code === 'number') {
    return code === 408 || code === 429 || code >= 500 || reasons.some(isPassingReason);
  }
  // Without a status nobody answered: the network.
  return !(error instanceof SextantError) && isNetworkCode(code, error);
}

function isPassingReason(reason: string): boolean {
  return passing_reasons.has(reason);
}

/** The same of what is wrong with a row: streaming learns of a new column some minutes after it was added. */
export function isPassingRowError({ reason, message }: RowError): boolean {
  return isPassingReason(reason ?? '') || /^no such field/i.test(message ?? '');
}

export interface RowError {
  readonly reason?: string;
  readonly message?: string;
}

/** A table is not found for some time after it was created. */
export function isMissing(error: unknown): boolean {
  return readFailure(error).code === 404;
}

export function isTooLarge(error: unknown): boolean {
  const { code, message } = readFailure(error);
  return code === 413 || (code === 400 && /payload size exceeds|too large/i.test(message));
}

/** Whether the statement, not the service, is at fault. */
export function isRefusal(error: unknown): boolean {
  const { code, reasons } = readFailure(error);
  return (code === 400 || code === 403 || code === 404) && !reasons.some(isPassingReason);
}

export function messageOf(error: unknown): string {
  return readFailure(error).message;
}

export function unavailable(error: unknown): SextantError {
  if (error instanceof SextantError) return error;
  return new SextantError('store_unavailable', messageOf(error), { cause: error });
}

function readFailure(error: unknown): Failure {
  const { code, message, errors } = (error ?? {}) as {
    code?: unknown;
    message?: unknown;
    errors?: readonly { reason?: unknown }[];
  };
  const status = typeof code === 'string' && /^\d{3}$/.test(code) ? Number(code) : code;
  const reasons = Array.isArray(errors) ? errors.map(({ reason }) => String(reason)) : [];
  return { code: status, message: String(message ?? error), reasons };
}

function isNetworkCode(code: unknown, error: unknown): boolean {
  if (typeof code === 'string') return /^(E[A-Z]+|UND_ERR_.*|ERR_STREAM_.*)$/.test(code);
  return error instanceof Error && /socket hang up|network|fetch failed|premature close/i.test(error.message);
}
