import { gzipSync } from 'node:zlib';
import { attribute, bytes, field, fixed64, message, text, varint } from '../../support/protobuf.ts';

/**
 * OTLP requests that look like GenAI traffic: agent, chat, tool and retrieval spans of about 3.5 KB, text drawn
 * by word frequency, a third of it repeating the span before as agents resend their history.
 */
export interface Payload {
  readonly spans: number;
  readonly identity: Buffer;
  readonly gzip: Buffer;
}

export interface PayloadOptions {
  readonly requests: number;
  readonly spans: number;
  readonly seed: number;
}

const start_ns = BigInt(Date.now() - 3_600_000) * 1_000_000n;

export function makePayloads({ requests, spans, seed }: PayloadOptions): Payload[] {
  const random = seededRandom(seed);
  return Array.from({ length: requests }, (_, request) => {
    const identity = makeRequest(random, { spans, first: (seed * requests + request) * spans });
    return { spans, identity, gzip: gzipSync(identity, { level: 6 }) };
  });
}

interface RequestOptions {
  readonly spans: number;
  /** Number of the first span; ids are made of it, so they never repeat. */
  readonly first: number;
}

function makeRequest(random: () => number, { spans, first }: RequestOptions): Buffer {
  const encoded: Buffer[] = [];
  let before = '';
  let trace: Trace = { id: Buffer.alloc(0), root: Buffer.alloc(0), left: 0 };
  for (let number = first; number < first + spans; number++) {
    const span_id = idBytes(number, 8);
    if (trace.left === 0)
      trace = { id: idBytes(number, 16), root: span_id, left: 8 + Math.floor(random() * 9) };
    trace.left -= 1;
    const content =
      before.slice(-Math.floor(before.length * 0.35)) + words(random, 1_300 + Math.floor(random() * 1_000));
    before = content;
    encoded.push(span({ number, span_id, trace, content, random }));
  }
  const resource = message(1, attribute(1, 'service.name', text(1, 'bench')));
  return message(1, resource, message(2, message(1, text(1, 'bench')), ...encoded));
}

interface Trace {
  readonly id: Buffer;
  readonly root: Buffer;
  left: number;
}

interface SpanParts {
  readonly number: number;
  readonly span_id: Buffer;
  readonly trace: Trace;
  readonly content: string;
  readonly random: () => number;
}

function span({ number, span_id, trace, content, random }: SpanParts): Buffer {
  const is_root = span_id === trace.root;
  const from_ns = start_ns + BigInt(number) * 50_000n;
  const half = Math.floor(content.length * 0.7);
  const messages = (role: string, body: string) =>
    JSON.stringify([{ role, parts: [{ type: 'text', content: body }] }]);
  const attributes = is_root
    ? [string('gen_ai.operation.name', 'invoke_agent'), string('gen_ai.agent.name', 'support')]
    : [
        string('gen_ai.operation.name', 'chat'),
        string('gen_ai.provider.name', 'openai'),
        string('gen_ai.request.model', 'gpt-4o-mini'),
        string('gen_ai.response.model', 'gpt-4o-mini-2024-07-18'),
        string('gen_ai.response.id', `chatcmpl-${number}`),
        string('gen_ai.prompt.name', 'support'),
        string('gen_ai.prompt.version', `v${number % 3}`),
        integer('gen_ai.usage.input_tokens', Math.floor(content.length / 4)),
        integer('gen_ai.usage.output_tokens', Math.floor(content.length / 10)),
        integer('gen_ai.usage.cache_read.input_tokens', 64),
        string('gen_ai.conversation.id', `conversation-${number >> 4}`),
        string('user.id', `user-${number % 1000}`),
      ];
  return message(
    2,
    bytes(1, trace.id),
    bytes(2, span_id),
    ...(is_root ? [] : [bytes(4, trace.root)]),
    text(5, is_root ? 'invoke_agent support' : 'chat gpt-4o-mini'),
    field(6, 0, varint(3)),
    fixed64(7, from_ns),
    fixed64(8, from_ns + BigInt(Math.floor(random() * 2e9))),
    ...attributes,
    string('gen_ai.input.messages', messages('user', content.slice(0, half))),
    string('gen_ai.output.messages', messages('assistant', content.slice(half))),
  );
}

function string(key: string, value: string): Buffer {
  return attribute(9, key, text(1, value));
}

function integer(key: string, value: number): Buffer {
  return attribute(9, key, field(3, 0, varint(value)));
}

// Numbers spread over all bits, as real ids are: a multiplication by an odd constant never collides.
function idBytes(number: number, length: 8 | 16): Buffer {
  const spread = BigInt.asUintN(64, (BigInt(number) + 1n) * 0x9e3779b97f4a7c15n);
  const buffer = Buffer.alloc(length);
  buffer.writeBigUInt64LE(spread, length - 8);
  if (length === 16) buffer.writeBigUInt64LE(BigInt.asUintN(64, spread * 0xc2b2ae3d27d4eb4fn), 0);
  return buffer;
}

const vocabulary = makeVocabulary();

function makeVocabulary(): string[] {
  const random = seededRandom(1);
  const letters = 'etaoinshrdlucmfwypvbgkjqxz';
  return Array.from({ length: 12_000 }, () => {
    const length = 2 + Math.floor(random() * 9);
    return Array.from({ length }, () => letters[Math.floor(random() ** 2 * letters.length)]).join('');
  });
}

// Word frequencies fall with their rank, as in Zipf's law.
function words(random: () => number, characters: number): string {
  let content = '';
  while (content.length < characters)
    content += `${vocabulary[Math.floor(vocabulary.length ** random()) - 1]} `;
  return content;
}

/** Uniform numbers from a seed: mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
