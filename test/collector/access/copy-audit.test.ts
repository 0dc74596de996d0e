import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { createAuditCopy } from '../../../collector/src/access/copy-audit.ts';
import { keyring } from './support.ts';

function copying() {
  const ring = keyring();
  const rows: Record<string, unknown>[] = [];
  const control = new DatabaseSync(':memory:');
  let fail = false;
  const store = {
    async insert(table: string, added: readonly object[]) {
      if (fail) throw new Error('The store is not there.');
      rows.push(...added.map((row) => ({ table, ...row })));
    },
  };
  const copy = createAuditCopy({ audit: ring.audit, store, control });
  return { ...ring, rows, copy, control, store, break: (value: boolean) => (fail = value) };
}

it('copies each record once, with its place in the chain', async () => {
  const { make, rows, copy, audit, clock } = copying();
  await copy();
  expect(rows).toEqual([]);
  const { key } = make();
  await copy();
  await copy();
  const [record] = audit.list({ after: 0, limit: 1 });
  expect(rows).toEqual([
    {
      ...{ table: 'audit', tenant: 'acme', time: clock.ms * 1000, actor: 'command', action: 'key.create' },
      target: key.id,
      details: expect.any(String),
    },
  ]);
  expect(JSON.parse(String(rows[0]?.['details']))).toMatchObject({ sequence: 1, hash: record?.hash });
  make();
  await copy();
  expect(rows).toHaveLength(2);
});

it('goes on where it was, after an error and after a restart', async () => {
  const { make, rows, copy, control, store, audit, ...rest } = copying();
  make();
  rest.break(true);
  await expect(copy()).rejects.toThrow();
  rest.break(false);
  await copy();
  make();
  await createAuditCopy({ audit, store, control })();
  expect(rows.map(({ details }) => JSON.parse(String(details)).sequence)).toEqual([1, 2]);
});
