import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { create_amendments } from '../../../../collector/src/stores/duckdb/amendments.ts';
import { createTableStatement } from '../../../../collector/src/stores/duckdb/ddl.ts';
import { chunk_rows } from '../../../../collector/src/stores/duckdb/row-buffer.ts';
import { RowInserter } from '../../../../collector/src/stores/duckdb/row-inserter.ts';

async function open() {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`${createTableStatement('scores')}; ${create_amendments}`);
  return { instance, connection, inserter: RowInserter.register(connection) };
}

let database: Awaited<ReturnType<typeof open>>;
beforeEach(async () => {
  database = await open();
});
afterEach(() => database.instance.closeSync());

const target = { catalog: 'memory', table: 'amendments', ingest_time: 7 } as const;

function amendment(index: number) {
  const key = { tenant: 'default', trace_id: `trace ${index}`, span_id: `${index}`, time: index };
  return { ...key, input_messages: [`in ${index}`], output_messages: index % 2 === 0 ? null : ['a', 'b'] };
}

async function read(statement: string) {
  return (await database.connection.runAndReadAll(statement)).getRowObjectsJson();
}

test('more rows than a chunk holds are all there once, in their order', async () => {
  const count = 2 * chunk_rows + 5;
  await database.inserter.insert(
    database.connection,
    target,
    Array.from({ length: count }, (_, index) => amendment(index)),
  );
  expect(
    await read(`SELECT count(*)::INT AS rows, count(DISTINCT span_id)::INT AS spans,
      count(output_messages)::INT AS outputs,
      bool_and(input_messages = ['in ' || span_id] AND epoch_us(time)::VARCHAR = span_id) AS are_right,
      bool_and(rowid::VARCHAR = span_id) AS are_in_order FROM amendments`),
  ).toEqual([
    { rows: count, spans: count, outputs: Math.floor(count / 2), are_right: true, are_in_order: true },
  ]);
});

test('a row may hold its columns in any order and leave some out', async () => {
  const { span_id, tenant, trace_id, time } = amendment(1);
  await database.inserter.insert(database.connection, target, [
    { time, response_id: 'r', span_id, trace_id, tenant },
    amendment(2),
  ]);
  expect(await read('SELECT span_id, response_id, input_messages FROM amendments')).toEqual([
    { span_id: '1', response_id: 'r', input_messages: null },
    { span_id: '2', response_id: null, input_messages: ['in 2'] },
  ]);
});

test('a value that cannot be stored is what the insert fails for, and nothing is stored', async () => {
  const rows = [amendment(1), { ...amendment(2), time: 0.5 }];
  await expect(database.inserter.insert(database.connection, target, rows)).rejects.toThrow(RangeError);
  expect(await read('SELECT * FROM amendments')).toEqual([]);
  await database.inserter.insert(database.connection, target, [amendment(3)]);
  expect(await read('SELECT span_id FROM amendments')).toEqual([{ span_id: '3' }]);
});

test('what DuckDB refuses is said as DuckDB says it', async () => {
  const rows = [{ ...amendment(1), tenant: null }];
  await expect(database.inserter.insert(database.connection, target, rows)).rejects.toThrow(/NOT NULL/);
});

test('rows cannot be fetched by a name nobody gave', async () => {
  await expect(database.connection.run("FROM rows_to_store('1')")).rejects.toThrow('no rows of that name');
});
