import { fork } from 'node:child_process';
import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../../collector/src/access/audit.ts';
import { createAudit } from '../../../collector/src/access/audit.ts';
import { verifyAudit } from '../../../collector/src/access/verify-audit.ts';
import { keyring } from './support.ts';

function filled(count: number) {
  const ring = keyring();
  for (let index = 0; index < count; index++) {
    const details = { rows: index, who: `user "${index}"\n` };
    ring.audit.record({ tenant: 'acme', actor: 'command', action: 'erase', target: null, details });
    ring.clock.ms += 1;
  }
  return ring;
}

describe('the audit', () => {
  it('numbers its records, and each holds the hash of the one before', () => {
    const { audit } = filled(3);
    const records = audit.list({ after: 0, limit: 10 });
    expect(records.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(records.map((record) => record.previous_hash)).toEqual([
      '0'.repeat(64),
      records[0]?.hash,
      records[1]?.hash,
    ]);
    expect(new Set(records.map(({ hash }) => hash)).size).toBe(3);
    expect(audit.list({ after: 1, limit: 1 }).map(({ sequence }) => sequence)).toEqual([2]);
  });

  it('verifies, also beyond a page, and prints a head that stays in it', () => {
    const { audit } = filled(2_100);
    const first = verifyAudit(audit, null);
    expect(first).toMatchObject({ records: 2_100, broken: null, found_expected: null });
    audit.record({ tenant: 'acme', actor: 'command', action: 'backup', target: 'x', details: {} });
    expect(verifyAudit(audit, first.head)).toMatchObject({ records: 2_101, found_expected: true });
  });

  it('verifies while it is empty', () => {
    const { audit } = keyring();
    const { head } = verifyAudit(audit, null);
    expect(verifyAudit(audit, head)).toMatchObject({ records: 0, broken: null, found_expected: true });
  });

  it('shows any change of any record', () => {
    const columns = [
      'time_ms',
      'tenant',
      'actor',
      'action',
      'target',
      'details',
      'previous_hash',
      'hash',
    ] as const;
    const change = fc.record({
      sequence: fc.integer({ min: 1, max: 8 }),
      column: fc.constantFrom(...columns),
    });
    const { audit, database } = filled(8);
    const { head } = verifyAudit(audit, null);
    fc.assert(
      fc.property(change, fc.string({ minLength: 1 }), ({ sequence, column }, text) => {
        const before = audit.list({ after: sequence - 1, limit: 1 })[0] as AuditRecord;
        const value = column === 'time_ms' ? before.time_ms + 1 + text.length : `${text} changed`;
        const set = database.prepare(`UPDATE audit SET ${column} = ? WHERE sequence = ?`);
        set.run(value, sequence);
        const { broken } = verifyAudit(audit, null);
        // A hash that was changed shows in its own record.
        expect(broken?.sequence).toBe(sequence);
        set.run(before[column], sequence);
        expect(verifyAudit(audit, head)).toMatchObject({ broken: null, found_expected: true });
      }),
      { seed: 4, numRuns: 100 },
    );
  });

  it('shows a record that was taken out, and one that was put in', () => {
    const taken = filled(5);
    taken.database.exec('DELETE FROM audit WHERE sequence = 3');
    expect(verifyAudit(taken.audit, null).broken).toMatchObject({
      sequence: 3,
      why: expect.stringContaining('missing'),
    });
    const first = filled(5);
    first.database.exec('DELETE FROM audit WHERE sequence = 1');
    expect(verifyAudit(first.audit, null).broken).toMatchObject({ sequence: 1 });
    const put = filled(5);
    put.database.exec('UPDATE audit SET sequence = sequence + 1 WHERE sequence = 5');
    put.database.exec(
      'INSERT INTO audit SELECT 5, time_ms, tenant, actor, action, target, details, previous_hash, hash FROM audit WHERE sequence = 4',
    );
    expect(verifyAudit(put.audit, null).broken).toMatchObject({ sequence: 5 });
  });

  it('cannot show by itself that its end was cut off, but a hash kept elsewhere does', () => {
    const { audit, database } = filled(5);
    const { head } = verifyAudit(audit, null);
    database.exec('DELETE FROM audit WHERE sequence > 3');
    expect(verifyAudit(audit, null)).toMatchObject({ records: 3, broken: null });
    expect(verifyAudit(audit, head)).toMatchObject({ broken: null, found_expected: false });
  });

  it('stays one chain when several processes write it at once', async () => {
    const { audit, data } = keyring();
    const writer = new URL('./audit-writer.ts', import.meta.url);
    const children = ['one', 'two', 'three'].map((actor) => fork(writer, [data, actor, '40']));
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
    expect(codes).toEqual([0, 0, 0]);
    expect(verifyAudit(audit, null)).toMatchObject({ records: 120, broken: null });
    const actors = audit.list({ after: 0, limit: 200 }).map(({ actor }) => actor);
    expect(actors.filter((actor) => actor === 'two')).toHaveLength(40);
  });

  it('joins a transaction of the caller, and goes with it', () => {
    const { database, clock } = keyring();
    const audit = createAudit({ database, now: () => clock.ms });
    database.exec('BEGIN');
    audit.append({ tenant: 'acme', actor: 'command', action: 'erase', target: null, details: {} });
    database.exec('ROLLBACK');
    expect(audit.list({ after: 0, limit: 1 })).toEqual([]);
  });
});
