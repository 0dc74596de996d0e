import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttributeMap, AttributeValue, DecodedSpan } from '../../collector/src/decode/records.ts';
import type { CanonicalFields, Dialect } from '../../collector/src/normalise/dialect.ts';
import { spanOf } from '../collector/normalise/support.ts';

const seed = 20_261_121;

const counts = [
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'audio_input_tokens',
  'audio_output_tokens',
] as const;
const amounts = ['reported_cost_usd', 'ttft_ms', 'tpot_ms', 'queue_ms', 'prefill_ms', 'decode_ms'] as const;

/**
 * What every dialect promises (see `Dialect`).
 * @param names attributes the dialect reads, so that arbitrary values reach its code
 * @param examples spans the dialect must recognise
 */
export function dialectContract(
  dialect: Dialect,
  { names, examples }: { names: readonly string[]; examples: readonly DecodedSpan[] },
): void {
  describe(`dialect ${dialect.name}`, () => {
    it('has a name fit for a column', () => {
      expect(dialect.name).toMatch(/^[a-z][a-z0-9_]*$/);
    });

    it('recognises its examples and nothing in an empty span', () => {
      expect(examples.length).toBeGreaterThan(0);
      for (const span of examples) expect(dialect.matches(span)).toBe(true);
      expect(dialect.matches(spanOf({ attributes: {} }))).toBe(false);
      expect(dialect.map(spanOf({ attributes: {} }))).toEqual({});
    });

    it('is total: never throws, and what it gives is well formed', () => {
      fc.assert(
        fc.property(arbitrarySpan(names), (span) => {
          expect(typeof dialect.matches(span)).toBe('boolean');
          expectWellFormed(dialect.map(span), span);
        }),
        { seed, numRuns: 500 },
      );
    });

    it('is pure: equal answers, and the span is left as it was', () => {
      for (const span of examples) {
        const before = structuredClone({ attributes: span.attributes, events: span.events });
        expect(dialect.map(span)).toEqual(dialect.map(span));
        expect({ attributes: span.attributes, events: span.events }).toEqual(before);
      }
    });

    it('keeps the text of every attribute it consumes', () => {
      for (const span of examples) expectTextsKept(dialect.map(span), span.attributes);
    });

    it('takes nothing from names that only look like its own', () => {
      const attributes = Object.fromEntries(names.map((name) => [`x.${name}`, 'text']));
      expect(dialect.map(spanOf({ attributes }))).toEqual({});
    });
  });
}

function expectWellFormed(fields: CanonicalFields, span: DecodedSpan): void {
  for (const [name, value] of Object.entries(fields)) {
    expect(value, name).not.toBeUndefined();
    expect(value, name).not.toBeNull();
    expect(value, name).not.toBe('');
    if (Array.isArray(value)) expect(value.length, name).toBeGreaterThan(0);
  }
  for (const name of counts) {
    const count = fields[name];
    if (count !== undefined) expect(Number.isSafeInteger(count) && count >= 0, name).toBe(true);
  }
  for (const name of amounts) {
    const amount = fields[name];
    if (amount !== undefined) expect(Number.isFinite(amount) && amount >= 0, name).toBe(true);
  }
  for (const message of [...(fields.input_messages ?? []), ...(fields.output_messages ?? [])]) {
    expect(typeof message.role).toBe('string');
    for (const part of message.parts) expect(typeof part.type).toBe('string');
    expect(() => JSON.stringify(message)).not.toThrow();
  }
  for (const { vector } of fields.vectors ?? []) expect(vector.every(Number.isFinite)).toBe(true);
  for (const name of fields.consumed ?? []) expect(span.attributes.has(name), name).toBe(true);
  const content = fields.input_messages ?? fields.output_messages ?? fields.vectors;
  if (fields.consumed !== undefined) expect(content).toBeDefined();
}

/** Every text inside a consumed attribute is found again in a message, or stands beside a vector. */
function expectTextsKept(fields: CanonicalFields, attributes: AttributeMap): void {
  const kept = JSON.stringify([
    fields.input_messages,
    fields.output_messages,
    fields.vectors?.map((item) => [item.text, ...vectorSpellings(item.vector)]),
  ]);
  for (const name of fields.consumed ?? []) {
    for (const text of textsIn(attributes.get(name) ?? null))
      expect(kept).toContain(JSON.stringify(text).slice(1, -1));
  }
}

function vectorSpellings(vector: Float32Array): readonly string[] {
  return [Buffer.from(vector.buffer).toString('base64')];
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    const parsed = /^[[{]/.test(value) ? (JSON.parse(value) as unknown) : undefined;
    return typeof parsed === 'object' ? textsIn(parsed) : [value];
  }
  if (value instanceof Map) return [...value.values()].flatMap(textsIn);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsIn);
  return [];
}

function arbitrarySpan(names: readonly string[]): fc.Arbitrary<DecodedSpan> {
  const name = fc.oneof(
    fc.constantFrom(...names),
    fc.constantFrom('__proto__', 'constructor', ''),
    fc.string(),
  );
  const attributes = fc
    .array(fc.tuple(name, arbitraryValue()), { maxLength: 12 })
    .map((entries) => new Map(entries));
  const event = fc.record({ name, attributes, time_ns: fc.constant(0n) });
  return fc
    .record({ attributes, events: fc.array(event, { maxLength: 3 }) })
    .map((parts) => ({ ...spanOf(), ...parts }));
}

function arbitraryValue(): fc.Arbitrary<AttributeValue> {
  const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value));
  const messages = fc
    .array(
      fc.record(
        { role: fc.jsonValue(), content: fc.jsonValue(), tool_calls: fc.jsonValue() },
        { requiredKeys: [] },
      ),
    )
    .map((value) => JSON.stringify(value));
  const { value } = fc.letrec<{ value: AttributeValue; map: AttributeMap }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      json,
      messages,
      fc.double(),
      fc.integer(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.boolean(),
      fc.constant(null),
      fc.uint8Array({ maxLength: 8 }),
      fc.constantFrom(
        '<REDACTED>',
        '[REDACTED]',
        'NaN',
        '-1',
        '12',
        `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
      ),
      fc.array(tie('value'), { maxLength: 4 }),
      tie('map'),
    ),
    map: fc
      .array(fc.tuple(fc.constantFrom('role', 'content', 'parts', 'type', '__proto__'), tie('value')), {
        maxLength: 4,
      })
      .map((entries) => new Map(entries)),
  }));
  return value;
}
