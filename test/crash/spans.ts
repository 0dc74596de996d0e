import { attribute, bytes, field, fixed64, message, text, varint } from '../support/protobuf.ts';

export interface SpansOptions {
  readonly sender: number;
  /** Number of the first span of the sender. */
  readonly first: number;
  readonly count: number;
}

export interface Spans {
  /** Span ids, each of them used once. */
  readonly ids: readonly string[];
  /** An ExportTraceServiceRequest. */
  readonly body: Buffer;
}

/** Model calls over three days, so that a batch reaches several files of the store. */
export function makeSpans({ sender, first, count }: SpansOptions): Spans {
  const numbers = Array.from({ length: count }, (_, index) => first + index);
  const ids = numbers.map((number) => idOf(sender, number));
  const spans = numbers.map((number, index) => encodeSpan({ sender, number, id: ids[index] as string }));
  const resource = message(1, attribute(1, 'service.name', text(1, 'crash')));
  return { ids, body: message(1, resource, message(2, ...spans)) };
}

function idOf(sender: number, number: number): string {
  return (sender + 1).toString(16).padStart(4, '0') + number.toString(16).padStart(12, '0');
}

const today_ms = Date.now();
const day_ms = 86_400_000;

function encodeSpan({ sender, number, id }: { sender: number; number: number; id: string }): Buffer {
  const start_ns = BigInt(today_ms - (number % 3) * day_ms + (number % 1_000)) * 1_000_000n;
  const string = (key: string, value: string) => attribute(9, key, text(1, value));
  const integer = (key: string, value: number) => attribute(9, key, field(3, 0, varint(value)));
  const question = `Question ${number % 50} of sender ${sender}`;
  const messages = JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: question }] }]);
  return message(
    2,
    bytes(1, Buffer.from(id + id, 'hex')),
    bytes(2, Buffer.from(id, 'hex')),
    text(5, 'chat gpt-4o-mini'),
    field(6, 0, varint(3)),
    fixed64(7, start_ns),
    fixed64(8, start_ns + 1_000_000n),
    string('gen_ai.operation.name', 'chat'),
    string('gen_ai.provider.name', 'openai'),
    string('gen_ai.request.model', 'gpt-4o-mini'),
    integer('gen_ai.usage.input_tokens', 1 + (number % 100)),
    integer('gen_ai.usage.output_tokens', 1 + (number % 10)),
    string('gen_ai.input.messages', messages),
  );
}
