import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isDiskFull } from '../../collector/src/disk-full.ts';
import { canMount, mountSmallDisk } from '../support/small-disk.ts';

const can_mount = canMount();
if (!can_mount)
  console.warn('SKIPPED: no disk can be mounted here, so the errors of a full one are not seen.');

async function failureOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('There should have been no room.');
}

describe.skipIf(!can_mount)('a full disk is known by the errors of', () => {
  const megabyte = Buffer.alloc(2 ** 20);

  function smallDisk(): string {
    const { folder, unmount } = mountSmallDisk(2);
    onTestFinished(unmount);
    return folder;
  }

  test('Node', async () => {
    const file = openSync(join(smallDisk(), 'file'), 'w');
    const error = await failureOf(() => {
      for (let i = 0; i < 4; i++) writeSync(file, megabyte);
    });
    expect(isDiskFull(error)).toBe(true);
  });

  test('SQLite', async () => {
    const database = new DatabaseSync(join(smallDisk(), 'file.sqlite'));
    database.exec('CREATE TABLE blobs (blob BLOB)');
    const insert = database.prepare('INSERT INTO blobs VALUES (?)');
    const error = await failureOf(() => {
      for (let i = 0; i < 4; i++) insert.run(megabyte);
    });
    expect(isDiskFull(error)).toBe(true);
  });

  test('DuckDB', async () => {
    const instance = await DuckDBInstance.create(join(smallDisk(), 'file.duckdb'));
    const connection = await instance.connect();
    onTestFinished(() => connection.closeSync());
    const error = await failureOf(() =>
      connection.run('CREATE TABLE numbers AS SELECT random() AS number FROM range(2000000)'),
    );
    expect(isDiskFull(error)).toBe(true);
  });
});

test('other errors say nothing of a full disk', () => {
  const closed = new DatabaseSync(':memory:');
  closed.close();
  const errors = [new Error('The disk spins.'), Object.assign(new Error('no'), { code: 'EACCES' })];
  for (const error of errors) expect(isDiskFull(error)).toBe(false);
  expect(() => closed.exec('SELECT 1')).toThrow(expect.not.toSatisfy(isDiskFull));
});
