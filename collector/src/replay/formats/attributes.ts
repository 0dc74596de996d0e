import { isRecord } from '../../normalise/json.ts';
import { hashId } from '../ids.ts';
import { keyValues, type OtlpSpan, type ReplaySpan } from '../otlp.ts';
import { type FileFacts, readEach, type SpanFormat } from './format.ts';

const prefixes = ['gen_ai.', 'openinference.', 'llm.', 'ai.', 'traceloop.', 'sextant.'];

/**
 * The attributes of one span and nothing else. Ids are made of the content and the name of the file; the span is
 * as old as the file and took no time.
 */
export const attributes: SpanFormat = {
  name: 'attributes of one span',
  matches: isAttributes,
  read: (document, file) => readEach([document].filter(isAttributes), (values) => toSpan(values, file)),
};

function toSpan(values: Record<string, unknown>, file: FileFacts): ReplaySpan {
  const seed = `${file.name}\n${JSON.stringify(keyValues(values))}`;
  const time = String(BigInt(Math.floor(file.modified_ms)) * 1_000_000n);
  const operation = values['gen_ai.operation.name'] ?? values['openinference.span.kind'];
  const span: OtlpSpan = {
    traceId: hashId(`trace\n${seed}`, 32),
    spanId: hashId(`span\n${seed}`, 16),
    name: typeof operation === 'string' ? operation : file.name,
    startTimeUnixNano: time,
    endTimeUnixNano: time,
    attributes: keyValues(values),
  };
  return { span, resource: {}, scope: { name: '', version: '' } };
}

function isAttributes(document: unknown): document is Record<string, unknown> {
  return (
    isRecord(document) &&
    Object.keys(document).some((key) => prefixes.some((prefix) => key.startsWith(prefix)))
  );
}
