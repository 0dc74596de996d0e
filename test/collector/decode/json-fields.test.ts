import { describe, expect, it } from 'vitest';
import { decodeTraces } from '../../../collector/src/decode/decode.ts';
import { doubleOf, int32Of, int64Of, uint64Of } from '../../../collector/src/decode/json-fields.ts';
import { longFields, parseJson } from '../../../collector/src/decode/json-text.ts';

describe('fields of JSON', () => {
  it.each<[unknown, number | bigint]>([
    [12, 12],
    ['12', 12],
    ['-9223372036854775808', -(2n ** 63n)],
    ['9223372036854775807', 2n ** 63n - 1n],
    ['1e3', 1000],
    ['1.5e1', 15],
    ['1200e-2', 12],
    ['9.007199254740993e15', 9007199254740993n],
    [1.5447126603e18, 1_544_712_660_300_000_000n],
    [-0, 0],
    ['-0', 0],
    ['', 0],
    [null, 0],
  ])('reads %j as a 64-bit integer', (value, integer) => {
    expect(int64Of(value, 'field')).toBe(integer);
  });

  it.each<[unknown]>([
    ['9223372036854775808'],
    ['1.5'],
    ['1e999'],
    ['1e-999'],
    ['0x10'],
    [' 1'],
    ['one'],
    [1.5],
    // Digits may be lost already.
    [2 ** 53],
    [1e21],
    [true],
    [{}],
  ])('refuses %j as a 64-bit integer', (value) => {
    expect(() => int64Of(value, 'field')).toThrow('Field field must be an integer');
  });

  it('knows the limits of other integers', () => {
    expect(uint64Of('18446744073709551615', 'field')).toBe(2n ** 64n - 1n);
    expect(() => uint64Of('-1', 'field')).toThrow('Field field must be an integer');
    expect(int32Of('-2147483648', 'field')).toBe(-(2 ** 31));
    expect(() => int32Of(2 ** 31, 'field')).toThrow('Field field must be an integer');
  });

  it('reads doubles, also the three that JSON lacks', () => {
    expect([1.5, '1.5', '-1e3', 'NaN', '-Infinity', null].map((value) => doubleOf(value, 'field'))).toEqual([
      1.5,
      1.5,
      -1000,
      Number.NaN,
      -Infinity,
      0,
    ]);
    expect(() => doubleOf('0x10', 'field')).toThrow('Field field must be a number');
  });
});

describe('text of JSON', () => {
  const longs = longFields(['intValue', 'count', 'zeroCount'], 'bucketCounts');
  const parse = (text: string) => parseJson(Buffer.from(text), longs);

  it('keeps the digits of 64-bit fields and leaves other fields and texts alone', () => {
    expect(
      parse(`{"intValue" : 12345678901234567890, "count":-1234567890123456 ,"zeroCount":12,
        "bucketCounts": [ 1,"2" , 12345678901234567890 ], "explicitBounds": [1, 2], "other": 12,
        "text": "\\"count\\": 12345678901234567890, \\"bucketCounts\\": [12345678901234567890]"}`),
    ).toEqual({
      intValue: '12345678901234567890',
      count: '-1234567890123456',
      zeroCount: 12,
      bucketCounts: [1, '2', '12345678901234567890'],
      explicitBounds: [1, 2],
      other: 12,
      text: '"count": 12345678901234567890, "bucketCounts": [12345678901234567890]',
    });
  });

  it('refuses a number whose digits would be lost because the name of its field is escaped', () => {
    const text = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"start\\u0054imeUnixNano": 1544712660123456789}]}]}]}`;
    expect(() => decodeTraces(Buffer.from(text), 'json')).toThrow(
      'Field startTimeUnixNano must be an integer',
    );
  });

  it.each([
    '{"count": 012}',
    '{"count": 1.}',
    '{"count": +1}',
    '{"bucketCounts": [01]}',
    '{"count": "1}',
    '',
  ])('refuses %s as JSON does', (text) => {
    expect(() => parse(text)).toThrow(/Malformed JSON/);
  });

  it.each([
    ['names of lists', '"bucketCounts":['.repeat(200_000)],
    ['names and spaces', `"count"${' '.repeat(100)}`.repeat(20_000)],
    ['digits', `{"bucketCounts":[${'1'.repeat(2_000_000)}`],
    ['spaces in a list', `{"bucketCounts":[${' '.repeat(2_000_000)}`],
    ['open brackets', '['.repeat(2_000_000)],
  ])('is not slowed down by %s', (_name, text) => {
    expect(() => parse(text)).toThrow(/Malformed JSON/);
  });
});
