import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeRecord,
  encodings,
  type RecordContent,
  readRecord,
  signals,
} from '../../../collector/src/journal/record.ts';

const contents = fc.record({
  signal: fc.constantFrom(...signals),
  encoding: fc.constantFrom(...encodings),
  content_type: fc.constantFrom('protobuf' as const, 'json' as const),
  tenant: fc.string({ maxLength: 60, unit: 'grapheme' }).filter((tenant) => Buffer.byteLength(tenant) < 256),
  received_ms: fc.integer({ min: 0, max: 4e12 }),
  body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});
const encode = (content: RecordContent) => Buffer.concat(encodeRecord(content));
const parameters = { seed: 4, numRuns: 300 };

describe('journal record', () => {
  it('reads back what was written, at any offset', () => {
    fc.assert(
      fc.property(contents, fc.nat(50), (content, offset) => {
        const buffer = Buffer.concat([Buffer.alloc(offset), encode(content)]);
        const read = readRecord(buffer, offset, 1000);
        expect(read).toEqual({ result: 'record', content, bytes: buffer.length - offset });
      }),
      parameters,
    );
  });

  it('finds every cut incomplete, and every flipped bit damaged or incomplete', () => {
    fc.assert(
      fc.property(contents, fc.nat(), fc.nat(7), (content, place, bit) => {
        const whole = encode(content);
        expect(readRecord(whole.subarray(0, place % whole.length), 0, 1000).result).toBe('incomplete');
        const flipped = Buffer.from(whole);
        flipped[place % whole.length]! ^= 1 << bit;
        expect(readRecord(flipped, 0, 1000).result).not.toBe('record');
      }),
      parameters,
    );
  });

  it('refuses a tenant that does not fit', () => {
    const content = {
      signal: 'traces',
      encoding: 'gzip',
      content_type: 'json',
      received_ms: 0,
      body: Buffer.alloc(0),
    } as const;
    expect(() => encodeRecord({ ...content, tenant: 'x'.repeat(256) })).toThrow(RangeError);
  });
});
