import { DuckDBDataChunk, DuckDBListValue, DuckDBTimestampValue, type DuckDBValue } from '@duckdb/node-api';
import bindings from '@duckdb/node-bindings';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createColumnWriter } from '../../../../collector/src/stores/duckdb/column-writer.ts';
import { chunk_rows } from '../../../../collector/src/stores/duckdb/row-inserter.ts';
import { duckdb_types } from '../../../../collector/src/stores/duckdb/values.ts';
import type { ColumnType } from '../../../../collector/src/stores/schema.ts';

/** Values a column of each type may get. */
const values: Readonly<Record<ColumnType, fc.Arbitrary<unknown>>> = {
  text: fc.string({ unit: 'grapheme' }),
  json: fc.json(),
  integer: fc.maxSafeInteger(),
  time: fc.maxSafeInteger(),
  number: fc.double({ noNaN: true }),
  boolean: fc.boolean(),
  texts: fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 4 }),
  integers: fc.array(fc.maxSafeInteger(), { maxLength: 4 }),
  numbers: fc.array(fc.float({ noNaN: true }), { maxLength: 4 }),
  doubles: fc.array(fc.double({ noNaN: true }), { maxLength: 4 }),
};

/** What DuckDB's own reader gives for such a value. */
function expected(value: unknown, type: ColumnType): DuckDBValue {
  if (value === null || value === undefined) return null;
  if (type === 'integer') return BigInt(value as number);
  if (type === 'time') return new DuckDBTimestampValue(BigInt(value as number));
  if (type === 'integers') return new DuckDBListValue((value as number[]).map(BigInt));
  if (Array.isArray(value)) return new DuckDBListValue(value);
  return value as DuckDBValue;
}

function createChunk(type: ColumnType): DuckDBDataChunk {
  return DuckDBDataChunk.create([duckdb_types[type]]);
}

describe.each(Object.keys(values) as ColumnType[])('a column of %s', (type) => {
  test('holds what was written, whatever the writer wrote before', () => {
    const writer = createColumnWriter(type);
    const column = fc.array(fc.option(values[type], { freq: 4 }), { maxLength: 150 });
    fc.assert(
      fc.property(column, (written) => {
        const chunk = createChunk(type);
        chunk.rowCount = written.length;
        writer.write(bindings.data_chunk_get_vector(chunk.chunk, 0), written, written.length);
        expect(chunk.getColumnValues(0)).toEqual(written.map((value) => expected(value, type)));
      }),
      { seed: 11, numRuns: 60 },
    );
  });

  test('is full and empty, and takes no value for NULL', () => {
    const writer = createColumnWriter(type);
    const [sample] = fc.sample(values[type], { seed: 3, numRuns: 1 });
    for (const written of [new Array(chunk_rows).fill(sample), new Array(chunk_rows).fill(undefined), []]) {
      const chunk = createChunk(type);
      chunk.rowCount = written.length;
      writer.write(bindings.data_chunk_get_vector(chunk.chunk, 0), written, written.length);
      expect(chunk.getColumnValues(0)).toEqual(written.map((value) => expected(value, type)));
    }
  });
});

test('an integer that is none is refused', () => {
  const chunk = createChunk('integer');
  chunk.rowCount = 1;
  const vector = bindings.data_chunk_get_vector(chunk.chunk, 0);
  expect(() => createColumnWriter('integer').write(vector, [1.5], 1)).toThrow(RangeError);
});
