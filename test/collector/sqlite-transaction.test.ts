import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { transaction } from '../../collector/src/sqlite-transaction.ts';

function counter() {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE numbers (value INTEGER)');
  const add = () => database.exec('INSERT INTO numbers VALUES (1)');
  const count = () => database.prepare('SELECT count(*) AS n FROM numbers').get()?.['n'];
  return { database, add, count };
}

test('keeps everything or nothing, and gives back what the work gives', () => {
  const { database, add, count } = counter();
  expect(transaction(database, () => add() ?? 'done')).toBe('done');
  const fail = () => {
    add();
    throw new Error('halfway');
  };
  expect(() => transaction(database, fail)).toThrow('halfway');
  expect(count()).toBe(1);
  transaction(database, add);
  expect(count()).toBe(2);
});

test('the first error is seen even where SQLite has rolled back by itself', () => {
  const { database, add, count } = counter();
  const fail = () => {
    add();
    database.exec('ROLLBACK');
    throw new Error('disk is full');
  };
  expect(() => transaction(database, fail)).toThrow('disk is full');
  transaction(database, add);
  expect(count()).toBe(1);
});
