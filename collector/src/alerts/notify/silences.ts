import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { SextantError } from '../../errors.ts';
import { checkMatchers, createMatch, type Labels, type Matcher } from './matcher.ts';

/** A time in which alerts that match are kept but nobody is told. Names as in Alertmanager. */
export interface Silence {
  readonly id: string;
  readonly matchers: readonly Matcher[];
  /** ISO 8601. */
  readonly startsAt: string;
  /** ISO 8601, exclusive. */
  readonly endsAt: string;
  readonly createdBy: string;
  readonly comment: string;
}

export interface Silences {
  /** @throws SextantError bad_request */
  create(tenant: string, silence: Omit<Silence, 'id'>, now_ms: number): Silence;
  /** Newest first; those that have ended are kept for a while. */
  list(tenant: string): Silence[];
  /** Ends a silence now. @throws SextantError not_found */
  expire(tenant: string, id: string, now_ms: number): Silence;
  /** Id of a silence that holds for these labels; null for none. */
  find(tenant: string, labels: Labels, now_ms: number): string | null;
}

const PER_TENANT_MAX = 1_000;
const COMMENT_UNITS_MAX = 1_000;

export function createSilences(database: DatabaseSync): Silences {
  database.exec(`
    CREATE TABLE IF NOT EXISTS alert_silences (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      silence_id TEXT NOT NULL UNIQUE,
      tenant TEXT NOT NULL,
      starts_ms INTEGER NOT NULL,
      ends_ms INTEGER NOT NULL,
      document TEXT NOT NULL
    ) STRICT`);
  const statements = prepare(database);
  // Asked for every alert that may be told: what has not ended is read once, until one is changed.
  const read = new Map<string, readonly Compiled[]>();

  function lasting(tenant: string, now_ms: number): readonly Compiled[] {
    const known = read.get(tenant) ?? statements.lasting.all({ tenant, now_ms }).map(compiled);
    read.set(tenant, known);
    return known;
  }

  function create(tenant: string, given: Omit<Silence, 'id'>, now_ms: number): Silence {
    const silence = { id: randomUUID(), ...checked(given) };
    const is_full = Number(statements.count.get({ tenant })?.['n']) >= PER_TENANT_MAX;
    // The one that ended longest ago makes room; a silence that holds is never forgotten.
    if (is_full && statements.forget.run({ tenant, now_ms }).changes === 0)
      throw new SextantError('bad_request', `There are ${PER_TENANT_MAX} silences that have not ended.`);
    save(tenant, silence);
    return silence;
  }

  function save(tenant: string, silence: Silence): void {
    const starts_ms = Date.parse(silence.startsAt);
    const ends_ms = Date.parse(silence.endsAt);
    const document = JSON.stringify(silence);
    read.delete(tenant);
    statements.save.run({ silence_id: silence.id, tenant, starts_ms, ends_ms, document });
  }

  function expire(tenant: string, id: string, now_ms: number): Silence {
    const row = statements.get.get({ tenant, silence_id: id });
    if (row === undefined) throw new SextantError('not_found', `There is no silence ${id}.`);
    const silence = silenceOf(row);
    const end_ms = Math.min(Date.parse(silence.endsAt), now_ms);
    const ended = { ...silence, endsAt: new Date(end_ms).toISOString() };
    save(tenant, ended);
    return ended;
  }

  return {
    create,
    list: (tenant) => statements.list.all({ tenant }).map(silenceOf),
    expire,
    find: (tenant, labels, now_ms) =>
      lasting(tenant, now_ms).find(
        ({ starts_ms, ends_ms, matches }) => starts_ms <= now_ms && now_ms < ends_ms && matches(labels),
      )?.id ?? null,
  };
}

function checked(silence: Omit<Silence, 'id'>): Omit<Silence, 'id'> {
  const [starts_ms, ends_ms] = [Date.parse(silence.startsAt), Date.parse(silence.endsAt)];
  if (!(starts_ms < ends_ms)) throw new SextantError('bad_request', 'A silence ends after it starts.');
  if (silence.matchers.length === 0)
    throw new SextantError(
      'bad_request',
      'A silence has at least one matcher: without any it would match all.',
    );
  return {
    matchers: checkMatchers(silence.matchers),
    startsAt: new Date(starts_ms).toISOString(),
    endsAt: new Date(ends_ms).toISOString(),
    createdBy: silence.createdBy.slice(0, COMMENT_UNITS_MAX),
    comment: silence.comment.slice(0, COMMENT_UNITS_MAX),
  };
}

interface Compiled {
  readonly id: string;
  readonly starts_ms: number;
  readonly ends_ms: number;
  readonly matches: (labels: Labels) => boolean;
}

function compiled(row: Record<string, unknown>): Compiled {
  const { id, matchers, startsAt, endsAt } = silenceOf(row);
  const [starts_ms, ends_ms] = [Date.parse(startsAt), Date.parse(endsAt)];
  return { id, starts_ms, ends_ms, matches: createMatch(matchers) };
}

function silenceOf(row: Record<string, unknown>): Silence {
  return JSON.parse(String(row['document'])) as Silence;
}

function prepare(database: DatabaseSync) {
  return {
    save: database.prepare(`
      INSERT INTO alert_silences (silence_id, tenant, starts_ms, ends_ms, document)
      VALUES ($silence_id, $tenant, $starts_ms, $ends_ms, $document)
      ON CONFLICT (silence_id) DO UPDATE SET ends_ms = excluded.ends_ms, document = excluded.document`),
    get: database.prepare(
      'SELECT document FROM alert_silences WHERE tenant = $tenant AND silence_id = $silence_id',
    ),
    list: database.prepare(
      'SELECT document FROM alert_silences WHERE tenant = $tenant ORDER BY sequence DESC',
    ),
    lasting: database.prepare(`
      SELECT document FROM alert_silences WHERE tenant = $tenant AND ends_ms > $now_ms ORDER BY sequence`),
    count: database.prepare('SELECT count(*) AS n FROM alert_silences WHERE tenant = $tenant'),
    forget: database.prepare(`
      DELETE FROM alert_silences WHERE sequence = (
        SELECT sequence FROM alert_silences WHERE tenant = $tenant AND ends_ms <= $now_ms
        ORDER BY ends_ms LIMIT 1)`),
  };
}
