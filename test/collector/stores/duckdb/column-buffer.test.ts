import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DuckDBDataChunk, DuckDBListValue, DuckDBTimestampValue, type DuckDBValue } from '@duckdb/node-api';
import bindings from '@duckdb/node-bindings';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ColumnBuffer,
  createColumnBuffer,
} from '../../../../collector/src/stores/duckdb/column-buffer.ts';
import { chunk_rows } from '../../../../collector/src/stores/duckdb/row-buffer.ts';
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

/** Reads back what a column gives to DuckDB. */
function moved(buffer: ColumnBuffer, type: ColumnType, written: readonly unknown[]): readonly DuckDBValue[] {
  for (const value of written) buffer.add(value);
  expect(buffer.count).toBe(written.length);
  const chunk = DuckDBDataChunk.create([duckdb_types[type]]);
  chunk.rowCount = written.length;
  buffer.moveTo(bindings.data_chunk_get_vector(chunk.chunk, 0));
  expect([buffer.count, buffer.bytes]).toEqual([0, 0]);
  return chunk.getColumnValues(0);
}

describe.each(Object.keys(values) as ColumnType[])('a column of %s', (type) => {
  test('holds what was written, whatever it held before', () => {
    const buffer = createColumnBuffer(type);
    const column = fc.array(fc.option(values[type], { freq: 4 }), { maxLength: 150 });
    fc.assert(
      fc.property(column, (written) => {
        expect(moved(buffer, type, written)).toEqual(written.map((value) => expected(value, type)));
      }),
      { seed: 11, numRuns: 60 },
    );
  });

  test('is full and empty, and takes no value for NULL', () => {
    const buffer = createColumnBuffer(type);
    const [sample] = fc.sample(values[type], { seed: 3, numRuns: 1 });
    for (const written of [new Array(chunk_rows).fill(sample), new Array(chunk_rows).fill(undefined), []])
      expect(moved(buffer, type, written)).toEqual(written.map((value) => expected(value, type)));
  });
});

test.each([
  ['doubles', new Float64Array(3_000_000)],
  ['numbers', new Float32Array(6_000_000)],
  ['text', 'long '.repeat(5_000_000)],
  ['texts', new Array(1_500_000).fill('a short one')],
] as const)('memory that a large value of %s took is let go', async (type, value) => {
  const buffer = createColumnBuffer(type);
  const before_bytes = await heldBytes({ attempts: 4 });
  const chunk = DuckDBDataChunk.create([duckdb_types[type]]);
  chunk.rowCount = 1;
  buffer.add(value);
  expect((await heldBytes({ attempts: 1 })) - before_bytes).toBeGreaterThan(20_000_000);
  buffer.moveTo(bindings.data_chunk_get_vector(chunk.chunk, 0));
  const let_go = before_bytes + 1_000_000;
  expect(await heldBytes({ attempts: 20, wanted_bytes: let_go })).toBeLessThan(let_go);
  // And what it holds after that is right.
  expect(moved(buffer, type, [null])).toEqual([null]);
});

interface HeldOptions {
  readonly attempts: number;
  readonly wanted_bytes?: number;
}

/**
 * Memory outside of JavaScript's heap that something can still be reached by. What was reached a moment ago may
 * still be found on the stack, so that it is looked for some times before it is taken to be more than wanted.
 */
async function heldBytes({ attempts, wanted_bytes = 0 }: HeldOptions): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc');
  for (let attempt = 0; attempt < attempts; attempt++) {
    collectGarbage();
    if (process.memoryUsage().arrayBuffers < wanted_bytes) break;
    await setImmediate();
  }
  return process.memoryUsage().arrayBuffers;
}

describe('integers', () => {
  test('that are none are refused', () => {
    expect(() => createColumnBuffer('integer').add(1.5)).toThrow(RangeError);
  });

  test('keep all their bits', () => {
    const written = [
      0,
      -1,
      2 ** 32,
      -(2 ** 32) - 1,
      Number.MIN_SAFE_INTEGER,
      2n ** 63n - 1n,
      -(2n ** 63n),
      2 ** 60,
    ];
    expect(moved(createColumnBuffer('integer'), 'integer', written)).toEqual(written.map(BigInt));
  });
});

describe('texts', () => {
  test('may be as short and as long as they like, around the length DuckDB keeps in place', () => {
    const texts = Array.from({ length: 40 }, (_, length) =>
      ['a', 'é', '漢', '🜁'].map((letter) => letter.repeat(length)),
    );
    const large = 'wörter '.repeat(300_000);
    const written = [...texts.flat(), large, '', large, 'a\0b', 'twelve bytes', 'thirteen byte'];
    const buffer = createColumnBuffer('text');
    // Twice: memory of large texts is let go in between.
    for (let times = 0; times < 2; times++) expect(moved(buffer, 'text', written)).toEqual(written);
  });

  test('with half a character have the mark for what cannot be read', () => {
    const written = ['\ud83d', `${'long '.repeat(5)}\ude00`];
    expect(moved(createColumnBuffer('text'), 'text', written)).toEqual([
      '\ufffd',
      `${'long '.repeat(5)}\ufffd`,
    ]);
  });
});
