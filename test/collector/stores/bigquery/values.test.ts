import { BigQuery } from '@google-cloud/bigquery';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toJsonRow, toRow, toSqlRow } from '../../../../collector/src/stores/bigquery/values.ts';
import { embeddingRow, spanRow } from '../../../contracts/store/rows.ts';

/** A value as the real client hands it out. */
function received(type: string, text: string | null): unknown {
  const fields = [{ name: 'value', type }];
  const options = { wrapIntegers: true };
  return BigQuery.mergeSchemaWithRows_({ fields }, [{ f: [{ v: text }] }], options)[0].value;
}

const read = (type: string, text: string | null) =>
  toRow([{ name: 'value', type }], { value: received(type, text) })['value'];
const readPlain = (type: string, text: string | null) =>
  toSqlRow([{ name: 'value', type }], { value: received(type, text) })['value'];

describe('a row on its way in', () => {
  test('leaves out what is null', () => {
    expect(Object.keys(toJsonRow('spans', spanRow(1)))).not.toContain('user_id');
    expect(Object.keys(toJsonRow('spans', spanRow(1)))).toContain('attributes');
  });

  test('has times to the microsecond', () => {
    const { start_time } = toJsonRow('spans', spanRow(1, { start_time: 1_741_608_000_000_001 }));
    expect(start_time).toBe('2025-03-10T12:00:00.000001Z');
    expect(toJsonRow('spans', spanRow(1, { start_time: -1 }))['start_time']).toBe(
      '1969-12-31T23:59:59.999999Z',
    );
  });

  test('has words for numbers JSON has none for', () => {
    const vector = [1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    expect(toJsonRow('embeddings', embeddingRow(1, { vector }))['vector']).toEqual([
      1.5,
      'NaN',
      'Infinity',
      '-Infinity',
    ]);
  });

  test('is well-formed Unicode', () => {
    const row = toJsonRow('spans', spanRow(1, { name: 'half \uD83D', finish_reasons: ['\uDC00'] }));
    expect(row).toMatchObject({ name: 'half \uFFFD', finish_reasons: ['\uFFFD'] });
  });

  test('has no field the schema does not have', () => {
    expect(toJsonRow('spans', { ...spanRow(1), extra: 1, __proto__: { more: 2 } })).not.toHaveProperty(
      'extra',
    );
  });
});

describe('a value on its way out', () => {
  test('times are microseconds, or ISO text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000_000 }), (time_us) => {
        expect(read('TIMESTAMP', String(time_us))).toBe(time_us);
        const iso = String(readPlain('TIMESTAMP', String(time_us)));
        expect(iso).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/);
        expect(Date.parse(iso)).toBe(Math.floor(time_us / 1000));
      }),
      { seed: 1 },
    );
  });

  test('integers are numbers, or text where a number cannot hold them', () => {
    expect(read('INTEGER', '-42')).toBe(-42);
    expect(readPlain('INTEGER', '9007199254740991')).toBe(9007199254740991);
    expect(readPlain('INTEGER', '9007199254740993')).toBe('9007199254740993');
  });

  test('floats that JSON has no word for are text for people', () => {
    expect(read('FLOAT', 'NaN')).toBeNaN();
    expect(readPlain('FLOAT', 'NaN')).toBe('NaN');
    expect(readPlain('FLOAT', '0.1')).toBe(0.1);
  });

  test.each([
    ['BOOLEAN', 'true', true],
    ['BOOLEAN', 'false', false],
    ['STRING', '', ''],
    ['STRING', '7', '7'],
    ['JSON', '{"a":1}', '{"a":1}'],
    ['DATE', '2025-03-10', '2025-03-10'],
    ['BYTES', 'AAEC', 'AAEC'],
    ['INTEGER', null, null],
    ['TIMESTAMP', null, null],
    ['STRING', null, null],
  ])('%s %s', (type, text, value) => {
    expect(read(type, text)).toBe(value);
    expect(readPlain(type, text)).toBe(value);
  });

  test('decimals are numbers', () => {
    // The client's decimals are objects of a library of their own.
    const value = { toString: () => '1.25' };
    expect(toRow([{ name: 'value', type: 'NUMERIC' }], { value })).toEqual({ value: 1.25 });
  });

  test('an empty list of an optional column is unknown, any other is empty', () => {
    const repeated = (name: string) => ({ name, type: 'STRING', mode: 'REPEATED' });
    const fields = [repeated('finish_reasons'), repeated('models')];
    expect(toRow(fields, { finish_reasons: [], models: [] })).toEqual({ finish_reasons: null, models: [] });
    expect(toRow(fields, { finish_reasons: ['stop'], models: [] })).toMatchObject({
      finish_reasons: ['stop'],
    });
  });
});
