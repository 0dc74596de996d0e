import { isRecord } from '../../normalise/json.ts';
import { readId } from '../ids.ts';
import { keyValues, type OtlpEvent, type OtlpSpan } from '../otlp.ts';

/** Reads of the fields that the span JSON of the OpenTelemetry SDKs have in common. */

/** The spans of an array, of an object with `spans`, or the one span a document is; none when these are not objects. */
export function spansOf(document: unknown): readonly Record<string, unknown>[] {
  const list = isRecord(document) && Array.isArray(document['spans']) ? document['spans'] : document;
  const spans: readonly unknown[] = Array.isArray(list) ? list : [list];
  return spans.every(isRecord) ? spans : [];
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

const kinds: ReadonlyMap<string, number> = new Map([
  ['INTERNAL', 1],
  ['SERVER', 2],
  ['CLIENT', 3],
  ['PRODUCER', 4],
  ['CONSUMER', 5],
]);

/** The OTLP number of a kind such as `SpanKind.INTERNAL` or `internal`; 0 when it is not known. */
export function kindOf(value: unknown): number {
  return kinds.get(textOf(value).replace(/^.*\./, '').toUpperCase()) ?? 0;
}

const status_codes: ReadonlyMap<string, number> = new Map([
  ['OK', 1],
  ['ERROR', 2],
]);

/** A status `{status_code | code, description | message}` with a word or the OTLP number for a code. */
export function statusOf(value: unknown): NonNullable<OtlpSpan['status']> {
  const status = recordOf(value);
  const code = status['status_code'] ?? status['code'];
  const message = textOf(status['description'] ?? status['message']);
  const number =
    typeof code === 'number' ? code : status_codes.get(textOf(code).replace(/^.*\./, '').toUpperCase());
  return { code: number ?? 0, ...(message !== '' && { message }) };
}

type TimeReader = (value: unknown) => bigint | null;

/** Events; one without a time of its own has the time 0, which OTLP takes for unknown. */
export function eventsOf(value: unknown, readTime: TimeReader): readonly OtlpEvent[] {
  const events: readonly unknown[] = Array.isArray(value) ? value : [];
  return events.filter(isRecord).map((event) => ({
    name: textOf(event['name']),
    timeUnixNano: String(readTime(event['timestamp'] ?? event['time']) ?? 0n),
    attributes: keyValues(recordOf(event['attributes'])),
  }));
}

/** Links with valid ids. */
export function linksOf(value: unknown): NonNullable<OtlpSpan['links']> {
  const links: readonly unknown[] = Array.isArray(value) ? value : [];
  return links.filter(isRecord).flatMap((link) => {
    const context = recordOf(link['context']);
    const traceId = readId(context['trace_id'] ?? context['traceId'], 32);
    const spanId = readId(context['span_id'] ?? context['spanId'], 16);
    if (traceId === null || spanId === null) return [];
    return [{ traceId, spanId, attributes: keyValues(recordOf(link['attributes'])) }];
  });
}
