import { createAudit } from '../access/audit.ts';
import { default_tenant, type Scope } from '../access/credential.ts';
import { createKeys, isValid, type Key, type Keys } from '../access/keys.ts';
import { openExistingKeysFile, openKeysFile } from '../access/keys-file.ts';
import { parseDuration } from '../duration.ts';
import { readOptions } from '../options.ts';
import { type CommandContext, type ExitCode, exit_codes } from './command.ts';
import { renderLines, renderTable } from './table.ts';

/** These commands work on the data folder itself, whether a collector is running on it or not. */
export interface DataFlags {
  readonly data?: string;
}

export interface CreateFlags extends DataFlags {
  readonly name: string;
  readonly scope: readonly Scope[];
  readonly tenant?: string;
  readonly expires?: string;
}

/** Makes a key and prints it, the only time it can be seen. */
export async function runKeysCreate(context: CommandContext, flags: CreateFlags): Promise<ExitCode> {
  const { name, scope, tenant = default_tenant, expires } = flags;
  const lifetime_ms = expires === undefined ? null : parseDuration(expires);
  const database = openKeysFile(dataFolder(context, flags));
  try {
    const keys = keysIn(database);
    const is_first = keys.list().length === 0;
    const { key, text } = keys.create({ name, tenant, scopes: scope, lifetime_ms });
    context.error(`${describe(key)}. Keep it now: it cannot be shown again.\n`);
    if (is_first) context.error('It is the first: from now on every request needs a key.\n');
    context.out(`${text}\n`);
    return exit_codes.ok;
  } finally {
    database.close();
  }
}

export interface ListFlags extends DataFlags {
  readonly json?: boolean;
}

export async function runKeysList(context: CommandContext, flags: ListFlags): Promise<ExitCode> {
  const rows = withKeys(context, flags, (keys) => keys.list().map((key) => presentKey(key, Date.now())));
  const names = ['id', 'name', 'tenant', 'scopes', 'state', 'created', 'expires', 'last_used'];
  if (flags.json) context.out(`${JSON.stringify(rows)}\n`);
  else context.out(`${context.is_terminal ? renderTable(names, rows) : renderLines(names, rows)}\n`);
  return exit_codes.ok;
}

export async function runKeysRevoke(
  context: CommandContext,
  id: string,
  flags: DataFlags,
): Promise<ExitCode> {
  const key = withKeys(context, flags, (keys) => keys.revoke(id));
  context.error(`Key ${key.id} (${key.name}) is revoked.\n`);
  return exit_codes.ok;
}

export interface RotateFlags extends DataFlags {
  readonly overlap: string;
}

export async function runKeysRotate(
  context: CommandContext,
  id: string,
  flags: RotateFlags,
): Promise<ExitCode> {
  const overlap_ms = parseDuration(flags.overlap);
  const { key, text } = withKeys(context, flags, (keys) => keys.rotate(id, overlap_ms));
  context.error(`${describe(key)}. Keep it now; key ${id} ends in ${flags.overlap} at the latest.\n`);
  context.out(`${text}\n`);
  return exit_codes.ok;
}

export function dataFolder(context: CommandContext, { data }: DataFlags): string {
  return readOptions(context.environment, data === undefined ? {} : { data }).data;
}

function withKeys<Result>(context: CommandContext, flags: DataFlags, work: (keys: Keys) => Result): Result {
  const database = openExistingKeysFile(dataFolder(context, flags));
  try {
    return work(keysIn(database));
  } finally {
    database.close();
  }
}

function keysIn(database: ReturnType<typeof openKeysFile>): Keys {
  return createKeys({
    database,
    audit: createAudit({ database, now: Date.now }),
    actor: 'command',
    now: Date.now,
  });
}

function describe({ id, name, tenant, scopes, expires_ms }: Key): string {
  const end = expires_ms === null ? 'without an end' : `until ${isoTime(expires_ms)}`;
  return `Key ${id} (${name}) for tenant ${tenant} with the scopes ${scopes.join(', ')}, valid ${end}`;
}

function presentKey(key: Key, now_ms: number) {
  const { id, name, tenant, scopes } = key;
  const ended = key.revoked_ms === null ? 'expired' : 'revoked';
  return {
    ...{ id, name, tenant, scopes: scopes.join(',') },
    state: isValid(key, now_ms) ? 'valid' : ended,
    created: isoTime(key.created_ms),
    expires: isoTime(key.expires_ms),
    last_used: isoTime(key.last_used_ms),
  };
}

function isoTime(time_ms: number | null): string | null {
  return time_ms === null ? null : new Date(time_ms).toISOString();
}
