import type { DatabaseSync } from 'node:sqlite';
import { SextantError } from '../errors.ts';
import { transaction } from '../sqlite-transaction.ts';
import type { Audit } from './audit.ts';
import { isScope, isTenantName, type Scope } from './credential.ts';
import { hashKey, newKeyText } from './key-text.ts';

/** A key as it may be shown: everything but its secret. Times are milliseconds since 1970. */
export interface Key {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly created_ms: number;
  /** The first moment at which it is no longer valid; null for a key without an end. */
  readonly expires_ms: number | null;
  readonly revoked_ms: number | null;
  /** Written at most once a minute. */
  readonly last_used_ms: number | null;
}

export interface WantedKey {
  readonly name: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly lifetime_ms: number | null;
}

/** A key that was just made. Its text is nowhere else: the file holds only its hash. */
export interface MadeKey {
  readonly key: Key;
  readonly text: string;
}

/** Makes and ends keys. Each act and its audit record are one transaction, on disk when the call returns. */
export interface Keys {
  /** @throws SextantError bad_request for a name, tenant or scopes that cannot be */
  create(wanted: WantedKey): MadeKey;
  /** Oldest first. */
  list(): Key[];
  /** Counts from the next request on; a key that is revoked already stays so. @throws SextantError bad_request */
  revoke(id: string): Key;
  /**
   * Makes another key like this one, living as long, and lets this one end after the overlap.
   * @throws SextantError bad_request for a key that is not valid any more
   */
  rotate(id: string, overlap_ms: number): MadeKey;
}

export interface KeysParts {
  /** See `openKeysFile`. */
  readonly database: DatabaseSync;
  readonly audit: Audit;
  /** Who acts, for the audit. */
  readonly actor: string;
  readonly now: () => number;
}

export function createKeys({ database, audit, actor, now }: KeysParts): Keys {
  const statements = prepare(database);

  function find(id: string): Key {
    const row = statements.find.get(id);
    if (row === undefined) throw new SextantError('bad_request', `There is no key ${id}.`);
    return keyOf(row);
  }

  function record(action: string, { id, tenant }: Key, details: Readonly<Record<string, unknown>>): void {
    audit.append({ tenant, actor, action, target: id, details });
  }

  function insert({ lifetime_ms, name, tenant, scopes }: WantedKey): MadeKey {
    const { id, text } = newKeyText();
    const created_ms = now();
    const expires_ms = lifetime_ms === null ? null : created_ms + lifetime_ms;
    const row = { id, name, tenant, scopes: [...new Set(scopes)].join(','), created_ms, expires_ms };
    statements.insert.run({ ...row, hash: hashKey(text) });
    return { key: find(id), text };
  }

  return {
    create: (wanted) =>
      transaction(database, () => {
        check(wanted);
        const made = insert(wanted);
        const { name, scopes, expires_ms } = made.key;
        record('key.create', made.key, { name, scopes, expires_ms });
        return made;
      }),
    list: () => statements.list.all().map(keyOf),
    revoke: (id) =>
      transaction(database, () => {
        const key = find(id);
        if (key.revoked_ms !== null) return key;
        statements.revoke.run(now(), id);
        record('key.revoke', key, { name: key.name });
        return find(id);
      }),
    rotate: (id, overlap_ms) =>
      transaction(database, () => {
        const old = find(id);
        if (!isValid(old, now())) throw new SextantError('bad_request', `Key ${id} is not valid any more.`);
        const made = insert({ ...old, lifetime_ms: lifetimeOf(old) });
        const expires_ms = Math.min(old.expires_ms ?? Number.MAX_SAFE_INTEGER, now() + overlap_ms);
        statements.expire.run(expires_ms, id);
        record('key.rotate', old, { name: old.name, next: made.key.id, expires_ms });
        return made;
      }),
  };
}

/** Whether a key lets anybody in at this moment. */
export function isValid({ expires_ms, revoked_ms }: Pick<Key, 'expires_ms' | 'revoked_ms'>, now_ms: number) {
  return revoked_ms === null && (expires_ms === null || now_ms < expires_ms);
}

function lifetimeOf({ created_ms, expires_ms }: Key): number | null {
  return expires_ms === null ? null : expires_ms - created_ms;
}

function check({ name, tenant, scopes, lifetime_ms }: WantedKey): void {
  if (!/^[^\p{Cc}]{1,100}$/u.test(name))
    throw new SextantError('bad_request', 'The name of a key is a line of 1 to 100 characters.');
  if (!isTenantName(tenant))
    throw new SextantError('bad_request', `A tenant is named with a-z, 0-9, _ and -, not "${tenant}".`);
  if (scopes.length === 0)
    throw new SextantError('bad_request', 'A key needs a scope: ingest, read or admin.');
  if (lifetime_ms !== null && lifetime_ms <= 0)
    throw new SextantError('bad_request', 'A key has to live for some time.');
}

function keyOf(row: Readonly<Record<string, unknown>>): Key {
  return { ...(row as unknown as Key), scopes: String(row['scopes']).split(',').filter(isScope) };
}

const columns = 'id, name, tenant, scopes, created_ms, expires_ms, revoked_ms, last_used_ms';

function prepare(database: DatabaseSync) {
  return {
    find: database.prepare(`SELECT ${columns} FROM keys WHERE id = ?`),
    list: database.prepare(`SELECT ${columns} FROM keys ORDER BY created_ms, id`),
    insert: database.prepare(`
      INSERT INTO keys (id, hash, name, tenant, scopes, created_ms, expires_ms)
      VALUES ($id, $hash, $name, $tenant, $scopes, $created_ms, $expires_ms)`),
    revoke: database.prepare('UPDATE keys SET revoked_ms = ? WHERE id = ?'),
    expire: database.prepare('UPDATE keys SET expires_ms = ? WHERE id = ?'),
  };
}
