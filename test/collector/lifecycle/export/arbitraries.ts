import fc from 'fast-check';

// No name that is read as a column: bytes and large integers come back as texts, and a text may be a user's id.
const key = fc.oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.constantFrom('__proto__', 'scope'));
export const any_value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.record({ stringValue: fc.string({ unit: 'grapheme', maxLength: 20 }) }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) }),
    fc.record({
      doubleValue: fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom('NaN', 'Infinity'),
      ),
    }),
    fc.record({
      bytesValue: fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('base64')),
    }),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie('value'), { maxLength: 3 }) }) }),
    fc.record({
      kvlistValue: fc.record({ values: fc.array(fc.record({ key, value: tie('value') }), { maxLength: 3 }) }),
    }),
    fc.constant({}),
  ),
})).value;
export const attributes = fc.array(fc.record({ key, value: any_value }), { maxLength: 5 });

export const parts = fc.array(
  fc.oneof(
    fc.record({
      type: fc.constant('text'),
      content: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
    }),
    fc.record({
      type: fc.constant('tool_call'),
      name: fc.string({ minLength: 1 }),
      arguments: fc.dictionary(fc.string(), fc.integer()),
    }),
    fc.record({ type: fc.constant('blob'), modality: fc.constant('image'), content: fc.base64String() }),
  ),
  { minLength: 1, maxLength: 3 },
);
export const messages = fc.array(fc.record({ role: fc.constantFrom('system', 'user', 'assistant'), parts }), {
  minLength: 1,
  maxLength: 4,
});

export const start_ns = fc.bigInt({ min: 946_684_800_000_000_000n, max: 1_900_000_000_000_000_000n });
export const hex = (length: number) => fc.stringMatching(new RegExp(`^[1-9a-f]{${length}}$`));
