import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SextantError } from '../errors.ts';

/**
 * The keys and the audit, `keys.sqlite` in the data folder: in one file, so that an act on a key and its record
 * are one transaction. Several processes may have it open: both of the collector, and the commands.
 */
export function openKeysFile(folder: string): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, file_name);
  try {
    // SQLite gives its two other files the permissions of this one.
    closeSync(openSync(path, 'a', 0o600));
    const database = new DatabaseSync(path);
    database.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    database.exec(tables);
    return database;
  } catch (cause) {
    throw new SextantError('startup_failed', `${path} cannot be opened: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/**
 * Opens a file that must be there already, so that a mistyped folder is not taken for one without keys.
 * @throws SextantError bad_request when it is not
 */
export function openExistingKeysFile(folder: string): DatabaseSync {
  if (!existsSync(join(folder, file_name)))
    throw new SextantError('bad_request', `The data folder ${folder} has no ${file_name}.`);
  return openKeysFile(folder);
}

const file_name = 'keys.sqlite';

const tables = `
  CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY,
    hash BLOB NOT NULL,
    name TEXT NOT NULL,
    tenant TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    revoked_ms INTEGER,
    last_used_ms INTEGER
  ) STRICT;
  CREATE TABLE IF NOT EXISTS audit (
    sequence INTEGER PRIMARY KEY,
    time_ms INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT,
    details TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
`;
