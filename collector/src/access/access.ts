import { timingSafeEqual } from 'node:crypto';
import { SextantError } from '../errors.ts';
import type { Log } from '../log.ts';
import { RetryLater } from '../receive/refusal.ts';
import { readAuthorization } from './authorization.ts';
import { type ChartLinks, createChartLinks } from './chart-links.ts';
import { type Credential, default_tenant, isScope, type Scope, scopes } from './credential.ts';
import { hashKey, isGuessable, keyIdOf } from './key-text.ts';
import { isValid, type Key } from './keys.ts';
import { openKeysFile } from './keys-file.ts';
import { isLoopback } from './loopback.ts';
import { createWrongKeys } from './wrong-keys.ts';

/**
 * Who may come in. A key is looked up in the file each time, which takes microseconds, so that a key made or
 * revoked by a command counts from the next request on.
 */
export interface Access {
  /**
   * Whose an Authorization header is; null for a key that is absent, wrong, expired or revoked. A right key is
   * never held up by wrong ones, unless it is one that could be guessed.
   * @param address where the request comes from
   * @throws SextantError storage_unavailable when the keys cannot be read now; too_many_wrong_keys, to be tried
   *   again later, where many wrong ones came from the address
   */
  authenticate(authorization: string | undefined, address: string): Credential | null;
  /** Whether requests need a key. */
  isKeyAsked(): boolean;
  readonly charts: ChartLinks;
  close(): void;
}

export interface AccessSettings {
  /** Data folder, where the file of the keys is. */
  readonly data: string;
  /** SEXTANT_KEY: a key with every scope; null where none is set. */
  readonly key: string | null;
  /** Address the collector listens on. */
  readonly host: string;
  /** Whether an address others can reach may do without keys. */
  readonly insecure: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/**
 * No key is asked only while there never was one: neither SEXTANT_KEY nor a key in the file, be it expired or
 * revoked. Otherwise the end of the last key would open the door.
 */
export function createAccess(settings: AccessSettings): Access {
  const { host, insecure, key, now, log } = settings;
  const fixed = key === null ? null : hashKey(key);
  const open_to_all = isLoopback(host) || insecure;
  const file = openKeys(settings);
  const wrong_keys = createWrongKeys({ now });
  const is_guessable = isGuessable(key ?? '');

  function isKeyAsked(): boolean {
    return fixed !== null || file.isAnyKey();
  }

  function holderOf(given: string, is_throttled: boolean): Credential | null {
    const hash = hashKey(given);
    const is_compared = fixed !== null && !(is_throttled && is_guessable);
    if (is_compared && timingSafeEqual(hash, fixed)) return fixed_credential;
    const found = file.find(given);
    if (found === null || !timingSafeEqual(hash, found.hash) || !isValid(found, now())) return null;
    file.noteUse(found, now());
    return { tenant: found.tenant, scopes: found.scopes, actor: found.id };
  }

  return {
    authenticate(authorization, address) {
      const given = readAuthorization(authorization);
      const wait_s = given === null ? 0 : wrong_keys.waitFor(address);
      const credential = given === null ? null : holderOf(given.key, wait_s > 0);
      if (credential !== null) return credential;
      if (open_to_all && !isKeyAsked()) return anyone;
      if (wait_s > 0) throw new RetryLater('too_many_wrong_keys', wait_s);
      if (given !== null && wrong_keys.note(address))
        log.warn({ address }, 'Many wrong keys came from this address; it is refused for up to a minute.');
      return null;
    },
    isKeyAsked,
    charts: createChartLinks({ database: file.database, now }),
    close: () => file.close(),
  };
}

const everything = { tenant: default_tenant, scopes: new Set(scopes) } as const;
const fixed_credential: Credential = { ...everything, actor: 'SEXTANT_KEY' };
const anyone: Credential = { ...everything, actor: 'anyone' };

interface StoredKey extends Omit<Key, 'scopes'> {
  readonly hash: Buffer;
  readonly scopes: ReadonlySet<Scope>;
}

function openKeys({ data, log }: AccessSettings) {
  const database = openKeysFile(data);
  // When a key was last used may be lost in a power cut, and must neither wait for the disk nor for a command.
  database.exec('PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 0');
  const find = database.prepare('SELECT * FROM keys WHERE id = ?');
  const any = database.prepare('SELECT 1 FROM keys LIMIT 1');
  const note = database.prepare('UPDATE keys SET last_used_ms = ? WHERE id = ?');
  const noted_ms = new Map<string, number>();

  function noteUse({ id, last_used_ms }: StoredKey, now_ms: number): void {
    if (now_ms - Math.max(last_used_ms ?? 0, noted_ms.get(id) ?? 0) < note_every_ms) return;
    noted_ms.set(id, now_ms);
    try {
      note.run(now_ms, id);
    } catch (error) {
      log.warn({ key: id, error }, 'The last use of a key could not be noted.');
    }
  }

  return {
    database,
    find(text: string): StoredKey | null {
      const id = keyIdOf(text);
      const row = id === null ? undefined : readable(() => find.get(id));
      return row === undefined ? null : keyOf(row);
    },
    isAnyKey: () => readable(() => any.get()) !== undefined,
    noteUse,
    close: () => database.close(),
  };
}

const note_every_ms = 60_000;

// Senders try again after a fault of the disk; an answer that their key is wrong would make them give up.
function readable<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    throw new SextantError('storage_unavailable', 'The keys cannot be read.', { cause });
  }
}

function keyOf(row: Readonly<Record<string, unknown>>): StoredKey {
  return {
    ...(row as unknown as StoredKey),
    hash: Buffer.from(row['hash'] as Uint8Array),
    scopes: new Set(String(row['scopes']).split(',').filter(isScope)),
  };
}
