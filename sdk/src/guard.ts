import { diag } from '@opentelemetry/api';
import { runtime } from './runtime.ts';

const REPORTED_MAX = 100;

/**
 * Runs telemetry code. Whatever goes wrong in it is logged once through OpenTelemetry's diagnostics, and the
 * application gets `fallback`: a fault of ours never becomes a fault of theirs.
 */
export function guard<T>(fallback: T, work: () => T): T {
  try {
    return work();
  } catch (error) {
    report(error);
    return fallback;
  }
}

/** A warning people must see even without a diagnostics logger: Node prints it on standard error. */
export function warn(code: string, message: string): void {
  process.emitWarning(message, { type: 'SextantWarning', code });
}

/** The same, once for each code. */
export function warnOnce(code: string, message: string): void {
  if (isNew(code)) warn(code, message);
}

function report(error: unknown): void {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (isNew(message)) diag.error(`Sextant could not record a span: ${message}`, error);
}

function isNew(problem: string): boolean {
  const { reported } = runtime();
  if (reported.has(problem) || reported.size >= REPORTED_MAX) return false;
  reported.add(problem);
  return true;
}
