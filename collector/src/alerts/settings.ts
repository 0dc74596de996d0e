import { SextantError } from '../errors.ts';
import type { ChannelSettings } from './channels/channel.ts';

/** Reads the settings of a channel. What it throws is a SextantError bad_request that names the setting. */
export interface SettingsReader {
  /** Null where it is not set. */
  text(name: string): string | null;
  requiredText(name: string): string;
  /** A list of texts, or one text with spaces or commas between them; empty where it is not set. */
  texts(name: string): string[];
  /** A whole number from 1; `fallback` where it is not set. */
  count(name: string, fallback: number): number;
  /** One of the choices; the first where it is not set. */
  choice<const Choice extends string>(name: string, choices: readonly [Choice, ...Choice[]]): Choice;
}

/**
 * @param names every setting the channel has: one that is spelt wrong must not go unnoticed
 * @throws SextantError bad_request for a setting that is not among them
 */
export function readSettings(
  channel: string,
  settings: ChannelSettings,
  names: readonly string[],
): SettingsReader {
  const unknown = Object.keys(settings).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw bad(`The channel ${channel} has no setting "${unknown}"; it has: ${names.join(', ')}.`);

  function text(name: string): string | null {
    const value = settings[name] ?? null;
    if (value === null || (typeof value === 'string' && value.trim() !== '')) return value;
    throw bad(`The setting ${name} of the channel ${channel} must be a text that is not empty.`);
  }

  function requiredText(name: string): string {
    const value = text(name);
    if (value === null) throw bad(`The channel ${channel} needs the setting ${name}.`);
    return value;
  }

  function texts(name: string): string[] {
    const values: unknown[] = [settings[name] ?? []].flat();
    if (!values.every((value) => typeof value === 'string'))
      throw bad(`The setting ${name} of the channel ${channel} must be a text or a list of texts.`);
    return values.flatMap((value) => value.split(/[\s,]+/).filter(Boolean));
  }

  function count(name: string, fallback: number): number {
    const value = settings[name] ?? fallback;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
    throw bad(`The setting ${name} of the channel ${channel} must be a whole number from 1.`);
  }

  function choice<const Choice extends string>(
    name: string,
    choices: readonly [Choice, ...Choice[]],
  ): Choice {
    const value = settings[name] ?? choices[0];
    const chosen = choices.find((one) => one === value);
    if (chosen !== undefined) return chosen;
    throw bad(`The setting ${name} of the channel ${channel} must be one of: ${choices.join(', ')}.`);
  }

  return { text, requiredText, texts, count, choice };
}

/** Settings that say where something goes. */
const address_names = ['url', 'endpoint'];
/** Settings that nobody is shown. */
const secret_names = ['secrets', 'routing_key', 'authorization'];

/**
 * What becomes of settings when somebody changes them without repeating the secrets, which they cannot see: the
 * secrets stay, unless the address changed. Else whoever may change an address could have the secrets sent, or
 * messages signed with them, to a place of their own.
 * @param after what was handed in; a secret that is null is removed
 */
export function mergeSettings(before: ChannelSettings, after: ChannelSettings): ChannelSettings {
  const is_elsewhere = address_names.some((name) => before[name] !== after[name]);
  const kept = is_elsewhere ? [] : secret_names.filter((name) => name in before && !(name in after));
  const merged = { ...after, ...Object.fromEntries(kept.map((name) => [name, before[name]])) };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

/** Where messages go, as far as the settings say. */
export function addressesOf(settings: ChannelSettings): unknown[] {
  return address_names.filter((name) => name in settings).map((name) => settings[name]);
}

/** Settings for anybody to see: secrets are "set", and an address, which may be one, is its host. */
export function shownSettings(settings: ChannelSettings): ChannelSettings {
  const shown = ([name, value]: [string, unknown]) => {
    if (secret_names.includes(name)) return [name, 'set'];
    return [name, address_names.includes(name) ? (URL.parse(String(value))?.host ?? 'set') : value];
  };
  return Object.fromEntries(Object.entries(settings).map(shown));
}

function bad(detail: string): SextantError {
  return new SextantError('bad_request', detail);
}
