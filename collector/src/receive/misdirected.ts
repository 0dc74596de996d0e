import { type ContentType, inspectRequest } from '../decode/decode.ts';
import type { Inspection, Rejection } from '../decode/records.ts';
import { SextantError } from '../errors.ts';
import { type Signal, signals } from '../journal/record.ts';

/**
 * A request sent to the path of another signal. The messages of the three signals look alike, so that a decoder
 * may take the one for the other with every field empty, and JSON's foreign fields must be ignored. Unnoticed,
 * a sender with a wrong path would lose everything and be told that all is well.
 */
export interface InflatedRequest {
  readonly signal: Signal;
  readonly content_type: ContentType;
  readonly body: Buffer;
}

/** What was found, with a hint for the sender where the items belong to another signal or to a name OTLP has not. */
export function rejectMisdirected(request: InflatedRequest, found: Inspection): Inspection {
  const meant = meantSignal(request);
  if (!meant) return rejectMisnamed(request, found);
  const message = hintFor(meant.signal);
  if (found.rejections.length > 0)
    return {
      items: 0,
      rejections: found.rejections.map((rejection) => ({
        ...rejection,
        message: `${rejection.message} (${message})`,
      })),
    };
  const rejection: Rejection = { reason: 'wrong_signal', message, item_lost: true };
  return { items: 0, rejections: new Array(meant.items).fill(rejection) };
}

/** The error of the decoder, with a hint for the sender where another signal's decoder has none. */
export function explainMisdirected(request: InflatedRequest, error: unknown): unknown {
  if (!(error instanceof SextantError) || error.code !== 'undecodable') return error;
  const meant = meantSignal(request);
  if (!meant) return error;
  const detail = [error.detail, `${hintFor(meant.signal)}.`].filter(Boolean).join(' ');
  return new SextantError('undecodable', detail, { cause: error });
}

/**
 * JSON of protobuf libraries that keep the names of the schema. OTLP/JSON must not be named so, and a field that is
 * not known must be ignored: whoever sends it would be told that all is well.
 */
function rejectMisnamed({ body, content_type }: InflatedRequest, found: Inspection): Inspection {
  if (content_type !== 'json' || found.rejections.length > 0) return found;
  const name = schema_names.find((wrong) => body.includes(`"${wrong}"`));
  if (name === undefined) return found;
  const message = `"${name}" is no field of OTLP/JSON: names are lowerCamelCase, such as "resourceSpans"`;
  return { items: 0, rejections: [{ reason: 'wrong_name', message, item_lost: true }] };
}

const schema_names = ['resource', 'scope'].flatMap((level) =>
  ['spans', 'logs', 'metrics'].map((items) => `${level}_${items}`),
);

function meantSignal(request: InflatedRequest): { signal: Signal; items: number } | null {
  for (const signal of signals) {
    if (signal === request.signal) continue;
    const items = itemsAs(signal, request);
    if (items > 0) return { signal, items };
  }
  return null;
}

function itemsAs(signal: Signal, { body, content_type }: InflatedRequest): number {
  try {
    const { items, rejections } = inspectRequest({ signal, body, content_type });
    return rejections.some((rejection) => rejection.item_lost) ? 0 : items;
  } catch (error) {
    if (error instanceof SextantError) return 0;
    throw error;
  }
}

function hintFor(signal: Signal): string {
  return `it looks like ${signal}: send it to /v1/${signal}`;
}
