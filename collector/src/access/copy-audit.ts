import type { DatabaseSync } from 'node:sqlite';
import type { Log } from '../log.ts';
import type { Store } from '../stores/store.ts';
import type { Audit, AuditRecord } from './audit.ts';

export interface CopySettings {
  readonly audit: Audit;
  readonly store: Pick<Store, 'insert'>;
  /** Where it is noted how far the copy is. */
  readonly control: DatabaseSync;
  readonly log: Log;
}

const pause_ms = 2_000;
const records_max = 500;

/**
 * Copies the audit into the table of the store, so that SQL can ask it; what proves something is the chain
 * itself. A record may be copied twice where the store process ends between the copy and the note of it, and
 * is recognised by its sequence number in the details.
 * @returns what stops it, once the copy under way has ended
 */
export function startAuditCopy(settings: CopySettings): () => Promise<void> {
  const copy = createAuditCopy(settings);
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = running
      .then(copy)
      .catch((error: unknown) =>
        settings.log.error({ error }, 'The audit could not be copied to the store.'),
      );
  }, pause_ms);
  return async () => {
    clearInterval(timer);
    await running;
  };
}

/** One round: copies what came since the last. */
export function createAuditCopy({ audit, store, control }: Omit<CopySettings, 'log'>): () => Promise<void> {
  control.exec('CREATE TABLE IF NOT EXISTS audit_copied (sequence INTEGER NOT NULL) STRICT');
  const read = control.prepare('SELECT max(sequence) AS sequence FROM audit_copied');
  const note = control.prepare('INSERT INTO audit_copied VALUES (?)');
  const forget = control.prepare('DELETE FROM audit_copied WHERE sequence < ?');
  return async () => {
    const after = Number(read.get()?.['sequence'] ?? 0);
    const records = audit.list({ after, limit: records_max });
    const last = records.at(-1);
    if (last === undefined) return;
    await store.insert('audit', records.map(rowOf));
    note.run(last.sequence);
    forget.run(last.sequence);
  };
}

function rowOf({ tenant, time_ms, actor, action, target, details, sequence, hash }: AuditRecord) {
  return {
    ...{ tenant, actor, action, target },
    time: time_ms * 1_000,
    details: JSON.stringify({ ...JSON.parse(details), sequence, hash }),
  };
}
