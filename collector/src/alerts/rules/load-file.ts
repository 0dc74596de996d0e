import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { SextantError } from '../../errors.ts';
import type { Channel } from '../channels/channel.ts';
import { createChannel } from '../channels/index.ts';
import type { HttpClient } from '../http.ts';
import { parseRuleFile, ruleFileOrThrow } from './parse-file.ts';
import { made_by_api, type RuleFile } from './rule-file.ts';

/**
 * Reads a rules file at the start.
 * @throws SextantError bad_request with every problem and its line
 */
export function loadRuleFile(path: string): RuleFile {
  return ruleFileOrThrow(path, parseRuleFile(readText(path)));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SextantError('bad_request', `${path} cannot be read: ${(cause as Error).message}.`, { cause });
  }
}

interface ChannelSurroundings {
  readonly http: HttpClient;
  /** Where `env:NAME` is looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

interface LoadedFile {
  /** `file:path` starts at its folder. */
  readonly rule_path: string;
  readonly rule_file: RuleFile;
}

/**
 * Makes the channels of a rules file, with the secrets their settings refer to.
 * @throws SextantError bad_request, destination_blocked; the message never repeats a secret
 */
export function createChannels(
  { rule_path, rule_file }: LoadedFile,
  { http, environment }: ChannelSurroundings,
): Promise<Channel[]> {
  const made = rule_file.channels.filter(({ kind }) => kind !== made_by_api);
  return Promise.all(
    made.map(async ({ name, kind, settings }) => {
      const resolved = resolveSecrets(settings, { environment, rule_path }) as Readonly<
        Record<string, unknown>
      >;
      return createChannel(kind, { ...resolved, name }, http);
    }),
  );
}

type SecretSurroundings = Pick<ChannelSurroundings, 'environment'> & Pick<LoadedFile, 'rule_path'>;

function resolveSecrets(value: unknown, surroundings: SecretSurroundings): unknown {
  if (typeof value === 'string') return resolveText(value, surroundings);
  if (Array.isArray(value)) return value.map((item) => resolveSecrets(item, surroundings));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, resolveSecrets(item, surroundings)]),
  );
}

function resolveText(text: string, { environment, rule_path }: SecretSurroundings): string {
  const [, scheme, name = ''] = /^(env|file):(.+)$/su.exec(text) ?? [];
  if (scheme === 'file') return readText(resolve(dirname(rule_path), name)).trim();
  if (scheme !== 'env') return text;
  const value = environment[name];
  if (value === undefined || value === '')
    throw new SextantError('bad_request', `The environment variable ${name} of a channel is not set.`);
  return value;
}
