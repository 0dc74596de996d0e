import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '../sqlite-transaction.ts';

/** An administrative act: something that changes what is kept, who may ask, or who is told. */
export interface AuditAct {
  readonly tenant: string;
  /** Who did it: the actor of the credential, or "command" for a command on the data folder itself. */
  readonly actor: string;
  /** What was done, as `key.revoke` or `erase`. */
  readonly action: string;
  /** To what; null where the act has no single object. */
  readonly target: string | null;
  /** Everything else, as JSON. Never a secret. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** An act as it stands in the chain: each record holds the hash of the one before it. */
export interface AuditRecord extends Omit<AuditAct, 'details'> {
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly time_ms: number;
  /** JSON text, exactly as it was hashed. */
  readonly details: string;
  /** SHA-256 in hex; `first_previous_hash` in the first record. */
  readonly previous_hash: string;
  readonly hash: string;
}

/** The audit of one data folder. Any number of processes may write it at the same time. */
export interface Audit {
  /** Writes an act down. It is on disk when this returns, so call it before the act is answered. */
  record(act: AuditAct): AuditRecord;
  /** The same within a transaction of the caller, so that the act and its record are written together or not. */
  append(act: AuditAct): AuditRecord;
  /** Records after a sequence number, oldest first. */
  list(query: { readonly after: number; readonly limit: number }): AuditRecord[];
}

export interface AuditParts {
  /** See `openKeysFile`. */
  readonly database: DatabaseSync;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export const first_previous_hash = '0'.repeat(64);

export function createAudit({ database, now }: AuditParts): Audit {
  const statements = prepare(database);

  function append({ tenant, actor, action, target, details }: AuditAct): AuditRecord {
    const last = statements.last.get() as { sequence: number; hash: string } | undefined;
    const unsealed = {
      sequence: (last?.sequence ?? 0) + 1,
      time_ms: now(),
      ...{ tenant, actor, action, target },
      details: JSON.stringify(details),
      previous_hash: last?.hash ?? first_previous_hash,
    };
    const record = { ...unsealed, hash: hashOf(unsealed) };
    statements.insert.run(record);
    return record;
  }

  return {
    record: (act) => transaction(database, () => append(act)),
    append,
    list: (query) => statements.list.all({ ...query }).map((row) => ({ ...row }) as unknown as AuditRecord),
  };
}

/** SHA-256 over the record as a JSON list of its fields in this order. */
export function hashOf(record: Omit<AuditRecord, 'hash'>): string {
  const { sequence, time_ms, tenant, actor, action, target, details, previous_hash } = record;
  const fields = [sequence, time_ms, tenant, actor, action, target, details, previous_hash];
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

function prepare(database: DatabaseSync) {
  return {
    last: database.prepare('SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1'),
    insert: database.prepare(`
      INSERT INTO audit VALUES
        ($sequence, $time_ms, $tenant, $actor, $action, $target, $details, $previous_hash, $hash)`),
    list: database.prepare('SELECT * FROM audit WHERE sequence > $after ORDER BY sequence LIMIT $limit'),
  };
}
