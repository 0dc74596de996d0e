import { readFile } from 'node:fs/promises';
import { type Matcher, matcherText, parseMatcher } from '../alerts/notify/matcher.ts';
import { parseRuleFile, problemText } from '../alerts/rules/parse-file.ts';
import { parseDuration } from '../duration.ts';
import { SextantError } from '../errors.ts';
import { get, post, request } from './client.ts';
import { type CommandContext, collectorOf, type ExitCode, exit_codes } from './command.ts';
import { renderLines, renderTable } from './table.ts';

interface Flags {
  readonly json?: boolean;
  readonly url?: string;
}

export type ListFlags = Flags & { readonly state?: string; readonly failOnFiring?: boolean };
export type SilenceFlags = Flags & { readonly for: string; readonly comment: string };

type Row = Readonly<Record<string, unknown>>;

export async function runAlertsList(context: CommandContext, flags: ListFlags): Promise<ExitCode> {
  const query = flags.state === undefined ? '' : `?state=${flags.state}`;
  const { alerts } = (await ask(context, flags, `/api/alerts${query}`)) as { alerts: Row[] };
  const rows = alerts.map((alert) => ({ ...alert, told: toldOf(alert) }));
  print(context, flags, ['alert_id', 'state', 'told', 'severity', 'rule', 'since', 'summary'], rows);
  const fires = alerts.some(({ state }) => state === 'firing');
  return fires && flags.failOnFiring ? exit_codes.found : exit_codes.ok;
}

/** Why nobody hears of an alert, in one word. */
function toldOf({ mute, acknowledged }: Row): string {
  if (mute) return (mute as { by: string }).by;
  return acknowledged ? 'acknowledged' : 'told';
}

export async function runAlertsStates(context: CommandContext, flags: Flags): Promise<ExitCode> {
  const { states } = (await ask(context, flags, '/api/alert-states')) as { states: Row[] };
  const rows = states.map(({ state, ...key }) => ({ ...key, ...(state as Row) }));
  print(context, flags, ['rule', 'feature', 'slice_key', 'slice_value', 'phase'], rows);
  return exit_codes.ok;
}

export async function runAlertsShow(context: CommandContext, id: string, flags: Flags): Promise<ExitCode> {
  const alert = await ask(context, flags, `/api/alerts/${encodeURIComponent(id)}`);
  context.out(`${JSON.stringify(alert, null, flags.json ? 0 : 2)}\n`);
  return exit_codes.ok;
}

export async function runAlertsAcknowledge(
  context: CommandContext,
  id: string,
  flags: Flags,
): Promise<ExitCode> {
  const path = `/api/alerts/${encodeURIComponent(id)}/acknowledge`;
  const alert = (await post(collectorOf(context, flags), path, {}, context.signal)) as Row;
  if (flags.json) context.out(`${JSON.stringify(alert)}\n`);
  else context.error(`Alert ${id} is acknowledged: it is not repeated.\n`);
  return exit_codes.ok;
}

export async function runAlertsChannels(context: CommandContext, flags: Flags): Promise<ExitCode> {
  const { channels } = (await ask(context, flags, '/api/alert-channels')) as { channels: Row[] };
  const joined = (list: unknown) => (flags.json ? list : (list as string[]).join(' '));
  const rows = channels.map((channel) => ({
    ...channel,
    routes: joined(channel['routes']),
    public_keys: joined(channel['public_keys']),
  }));
  print(context, flags, ['name', 'source', 'kind', 'routes', 'public_keys'], rows);
  return exit_codes.ok;
}

/** Fails where the channel did. */
export async function runAlertsTest(context: CommandContext, name: string, flags: Flags): Promise<ExitCode> {
  const path = `/api/alert-channels/${encodeURIComponent(name)}/test`;
  const outcome = (await post(collectorOf(context, flags), path, {}, context.signal)) as Row;
  if (flags.json) context.out(`${JSON.stringify(outcome)}\n`);
  const is_ok = outcome['result'] === 'ok';
  context.error(is_ok ? 'The channel took it.\n' : `The channel did not take it: ${outcome['reason']}\n`);
  return is_ok ? exit_codes.ok : exit_codes.failed;
}

export async function runAlertsSilence(
  context: CommandContext,
  matchers: readonly string[],
  flags: SilenceFlags,
): Promise<ExitCode> {
  const endsAt = new Date(Date.now() + parseDuration(flags.for)).toISOString();
  const body = { matchers: matchers.map(parseMatcher), endsAt, comment: flags.comment };
  const silence = (await post(
    collectorOf(context, flags),
    '/api/alert-silences',
    body,
    context.signal,
  )) as Row;
  context.out(flags.json ? `${JSON.stringify(silence)}\n` : `${silence['id']}\n`);
  return exit_codes.ok;
}

export async function runAlertsSilences(context: CommandContext, flags: Flags): Promise<ExitCode> {
  const { silences } = (await ask(context, flags, '/api/alert-silences')) as { silences: Row[] };
  const rows = silences.map((silence) => ({
    ...silence,
    matchers: flags.json
      ? silence['matchers']
      : (silence['matchers'] as Matcher[]).map(matcherText).join(' '),
  }));
  print(context, flags, ['id', 'matchers', 'startsAt', 'endsAt', 'createdBy', 'comment'], rows);
  return exit_codes.ok;
}

export async function runAlertsUnsilence(
  context: CommandContext,
  id: string,
  flags: Flags,
): Promise<ExitCode> {
  const path = `/api/alert-silences/${encodeURIComponent(id)}`;
  await request(collectorOf(context, flags), { method: 'DELETE', path, signal: context.signal });
  context.error(`Silence ${id} has ended.\n`);
  return exit_codes.ok;
}

export async function runAlertsRules(context: CommandContext, flags: Flags): Promise<ExitCode> {
  const answer = (await ask(context, flags, '/api/alert-rules')) as { default: boolean; rules: Row[] };
  print(context, flags, ['name', 'kind', 'source'], answer.rules);
  if (answer.default) context.error('No file names rules, so every verdict that drifted is an alert.\n');
  return exit_codes.ok;
}

/** Needs no collector. */
export async function runAlertsRulesCheck(context: CommandContext, path: string): Promise<ExitCode> {
  const { file, problems } = parseRuleFile(await readText(path));
  for (const problem of problems) context.out(`${problemText(path, problem)}\n`);
  if (file === null) return exit_codes.found;
  const { rules, channels, routes } = file;
  const counts = `${rules?.length ?? 0} rules, ${channels.length} channels, ${routes?.length ?? 0} routes`;
  context.error(`${path} is well: ${counts}.\n`);
  return exit_codes.ok;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new SextantError('bad_request', `${path} cannot be read.`, { cause });
  }
}

export async function runAlertsDeliveries(
  context: CommandContext,
  flags: Flags,
  state: 'dead' | null,
): Promise<ExitCode> {
  const query = state === null ? '' : `?state=${state}`;
  const { deliveries } = (await ask(context, flags, `/api/alert-deliveries${query}`)) as {
    deliveries: Row[];
  };
  const columns = [
    'sequence',
    'channel',
    'type',
    'state',
    'attempts',
    'created',
    'attempted',
    'last_error',
    'alert_id',
  ];
  print(context, flags, columns, deliveries);
  return exit_codes.ok;
}

/** How each attempt of a delivery went. */
export async function runAlertsAttempts(
  context: CommandContext,
  number: string,
  flags: Flags,
): Promise<ExitCode> {
  const path = `/api/alert-deliveries/${encodeURIComponent(number)}/attempts`;
  const { attempts } = (await ask(context, flags, path)) as { attempts: Row[] };
  print(context, flags, ['attempt', 'time', 'result', 'status', 'duration_ms', 'error'], attempts);
  return exit_codes.ok;
}

export async function runAlertsReplay(
  context: CommandContext,
  number: string,
  flags: Flags,
): Promise<ExitCode> {
  const path = `/api/alert-deliveries/${encodeURIComponent(number)}/replay`;
  const delivery = await post(collectorOf(context, flags), path, {}, context.signal);
  if (flags.json) context.out(`${JSON.stringify(delivery)}\n`);
  else context.error(`Notification ${number} is sent again.\n`);
  return exit_codes.ok;
}

function ask(context: CommandContext, flags: Flags, path: string): Promise<unknown> {
  return get(collectorOf(context, flags), path, context.signal);
}

function print(
  context: CommandContext,
  flags: Flags,
  columns: readonly string[],
  rows: readonly Row[],
): void {
  if (flags.json) context.out(`${JSON.stringify(rows)}\n`);
  else context.out(`${context.is_terminal ? renderTable(columns, rows) : renderLines(columns, rows)}\n`);
}
