import { SextantError } from '../../errors.ts';
import { isModulePath } from '../../load-module.ts';
import { channels as channel_kinds } from '../channels/index.ts';
import type { Inhibition } from '../notify/inhibit.ts';
import { createClock, type Maintenance, weekdays } from '../notify/maintenance.ts';
import { checkMatchers, type Matcher, parseMatcher } from '../notify/matcher.ts';
import type { Route } from '../notify/route.ts';
import { FieldError, type Fields, type Path, readFields } from './fields.ts';
import { readRule } from './read-rule.ts';
import {
  type ChannelDefinition,
  empty_rule_file,
  type Heartbeat,
  made_by_api,
  type RuleFile,
} from './rule-file.ts';

/** Told of what is wrong; reading goes on with the next part. */
type OnError = (error: FieldError) => void;

/** Reads what a rules file says. Where `onError` was called, the result is not to be used. */
export function readRuleFile(value: unknown, onError: OnError): RuleFile {
  let file: RuleFile = empty_rule_file;
  collect(onError, () => {
    const fields = readFields(value ?? {}, []);
    const many = <Item>(name: string, read: (item: unknown, path: Path) => Item) =>
      fields.list(name).flatMap((item, index) => collect(onError, () => read(item, [name, index])));
    const rules = many('rules', (item, path) => readRule(item, path, { tenant: null }));
    const channels = many('channels', readChannel);
    const routes = many('routes', readRoute);
    file = {
      rules: fields.has('rules') ? rules : null,
      channels,
      routes: fields.has('routes') ? routes : null,
      inhibitions: many('inhibit', readInhibition),
      maintenances: many('maintenance', readMaintenance),
      heartbeat: fields.has('heartbeat') ? readHeartbeat(fields.object('heartbeat')) : null,
    };
    fields.end();
    checkNames(file, onError);
  });
  return file;
}

function collect<Result>(onError: OnError, work: () => Result): Result[] {
  try {
    return [work()];
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    onError(error);
    return [];
  }
}

/** Names that stand twice, and channels that are not there. */
function checkNames({ rules, channels, routes, heartbeat }: RuleFile, onError: OnError): void {
  for (const [list, items] of Object.entries({ rules: rules ?? [], channels, routes: routes ?? [] })) {
    const names = items.map(({ name }) => name);
    names.forEach((name, index) => {
      if (names.indexOf(name) !== index)
        onError(new FieldError([list, index, 'name'], `"${name}" stands twice`));
    });
  }
  const known = new Set(channels.map(({ name }) => name));
  const check = (names: readonly string[], path: Path) => {
    const unknown = names.find((name) => !known.has(name));
    if (unknown !== undefined)
      onError(new FieldError(path, `names "${unknown}", which is not among the channels`));
  };
  for (const [index, route] of (routes ?? []).entries()) check(route.channels, ['routes', index, 'channels']);
  check(heartbeat?.channels ?? [], ['heartbeat', 'channels']);
}

function readChannel(value: unknown, path: Path): ChannelDefinition {
  const fields = readFields(value, path);
  const kind = fields.text('kind');
  if (kind !== made_by_api && !isModulePath(kind) && !Object.hasOwn(channel_kinds, kind)) {
    const known = Object.keys(channel_kinds).join(', ');
    throw new FieldError(
      [...path, 'kind'],
      `must be one of: ${known}, ${made_by_api}, or the path of a module`,
    );
  }
  const name = fields.text('name', kind);
  const settings = fields.value('settings') ?? {};
  // The channel itself checks them.
  const given = readFields(settings, [...path, 'settings']);
  if (kind === made_by_api) given.end();
  fields.end();
  return { name, kind, settings: settings as ChannelDefinition['settings'] };
}

function readRoute(value: unknown, path: Path): Route {
  const fields = readFields(value, path);
  const group_by = fields.has('group_by') ? fields.texts('group_by') : null;
  const route = {
    name: fields.text('name', `route ${Number(path.at(-1)) + 1}`),
    matchers: readMatchers(fields, 'match'),
    channels: fields.texts('channels'),
    group_by,
    // Source of the fallbacks for groups: Alertmanager.
    group_wait_ms: fields.duration('group_wait', group_by === null ? '0' : '30s'),
    group_interval_ms: fields.duration('group_interval', group_by === null ? '0' : '5m'),
    repeat_interval_ms: fields.duration('repeat_interval', '0'),
  };
  fields.end();
  return route;
}

function readInhibition(value: unknown, path: Path): Inhibition {
  const fields = readFields(value, path);
  const inhibition = {
    source: readMatchers(fields, 'source'),
    target: readMatchers(fields, 'target'),
    equal: fields.texts('equal'),
  };
  for (const name of ['source', 'target'] as const)
    if (inhibition[name].length === 0) throw new FieldError([...path, name], 'needs a matcher');
  fields.end();
  return inhibition;
}

function readMaintenance(value: unknown, path: Path): Maintenance {
  const fields = readFields(value, path);
  const days = fields.texts('weekdays', weekdays);
  const unknown = days.find((day) => !weekdays.some((one) => one === day));
  if (unknown !== undefined)
    throw new FieldError([...path, 'weekdays'], `has "${unknown}"; days are ${weekdays.join(', ')}`);
  const maintenance = {
    name: fields.text('name'),
    matchers: readMatchers(fields, 'match'),
    weekdays: days as Maintenance['weekdays'],
    from_minute: readTime(fields, 'from'),
    to_minute: readTime(fields, 'to'),
    time_zone: readTimeZone(fields),
  };
  fields.end();
  return maintenance;
}

function readTime(fields: Fields, name: string): number {
  const parts = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(fields.text(name));
  if (parts === null)
    throw new FieldError([...fields.path, name], 'must be a time such as "02:30", in quotes');
  return Number(parts[1]) * 60 + Number(parts[2]);
}

function readTimeZone(fields: Fields): string {
  const time_zone = fields.text('time_zone', 'UTC');
  try {
    createClock(time_zone);
    return time_zone;
  } catch (error) {
    if (error instanceof RangeError) throw new FieldError([...fields.path, 'time_zone'], 'is no time zone');
    throw error;
  }
}

function readHeartbeat(fields: Fields): Heartbeat {
  const heartbeat = { channels: fields.texts('channels'), every_ms: fields.duration('every', '5m') };
  if (heartbeat.channels.length === 0) throw new FieldError([...fields.path, 'channels'], 'is missing');
  if (heartbeat.every_ms < 10_000) throw new FieldError([...fields.path, 'every'], 'must be at least 10s');
  fields.end();
  return heartbeat;
}

function readMatchers(fields: Fields, name: string): readonly Matcher[] {
  try {
    return checkMatchers(fields.texts(name).map(parseMatcher));
  } catch (error) {
    if (error instanceof FieldError || !(error instanceof SextantError)) throw error;
    throw new FieldError([...fields.path, name], `is wrong: ${error.detail}`);
  }
}
