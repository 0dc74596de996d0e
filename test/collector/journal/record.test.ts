import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeRecord,
  encodings,
  findRecord,
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
const place = { segment: 1_700_000_000_000, offset: 4_096 };
const encode = (content: RecordContent, at = place) => Buffer.concat(encodeRecord(content).at(at));
const parameters = { seed: 4, numRuns: 300 };

describe('journal record', () => {
  it('reads back what was written, at any offset', () => {
    fc.assert(
      fc.property(contents, fc.nat(50), (content, offset) => {
        const record = encode(content, { ...place, offset: place.offset + offset });
        const buffer = Buffer.concat([Buffer.alloc(offset), record]);
        const read = readRecord({ buffer, place }, offset, 1000);
        expect(read).toEqual({ result: 'record', content, bytes: record.length });
        expect(record.length).toBe(encodeRecord(content).bytes);
      }),
      parameters,
    );
  });

  it('finds every cut incomplete, and every flipped bit', () => {
    fc.assert(
      fc.property(contents, fc.nat(), fc.nat(7), (content, target, bit) => {
        const whole = encode(content);
        const cut = { buffer: whole.subarray(0, target % whole.length), place };
        expect(readRecord(cut, 0, 1000).result).toBe('incomplete');
        const flipped = Buffer.from(whole);
        flipped[target % whole.length]! ^= 1 << bit;
        const expected =
          target % whole.length < 12 ? { result: 'nothing' } : { result: 'damaged', bytes: whole.length };
        expect(readRecord({ buffer: flipped, place }, 0, 1000)).toEqual(expected);
      }),
      parameters,
    );
  });

  it('takes a record for one only at its own place', () => {
    fc.assert(
      fc.property(contents, fc.integer({ min: -50, max: 50 }), fc.boolean(), (content, shift, is_segment) => {
        fc.pre(shift !== 0);
        const elsewhere = is_segment
          ? { ...place, segment: place.segment + shift }
          : { ...place, offset: place.offset + shift };
        expect(readRecord({ buffer: encode(content, elsewhere), place }, 0, 1000).result).toBe('nothing');
      }),
      parameters,
    );
  });

  it('finds the next record behind anything, also behind what looks like one', () => {
    fc.assert(
      fc.property(
        contents,
        fc.array(fc.constantFrom('SXJ2', 'S', 'x'.repeat(20), '\0')),
        (content, parts) => {
          const garbage = Buffer.from(`x${parts.join('')}`);
          const record = encode(content, { ...place, offset: place.offset + garbage.length });
          expect(findRecord({ buffer: Buffer.concat([garbage, record]), place }, 0)).toBe(garbage.length);
          // Without a record behind it, everything is passed that cannot be the start of a head.
          expect(findRecord({ buffer: garbage, place }, 0)).toBe(Math.max(1, garbage.length - 15));
        },
      ),
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
