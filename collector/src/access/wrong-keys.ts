import { isIPv6 } from 'node:net';

/**
 * How many wrong keys came from an address within a minute, so that who tries one after another is refused without
 * being told whether it was right. What it remembers is bounded: of too many addresses the oldest is forgotten.
 */
export interface WrongKeys {
  /** Whole seconds until another wrong key of the address is looked at; 0 when one is now. */
  waitFor(address: string): number;
  /** Returns whether this was the last that is looked at for now. */
  note(address: string): boolean;
}

/** A sender with an old key sends every few seconds, so it hears what is wrong with it; a guesser gets nowhere. */
const PER_MINUTE = 30;
const MINUTE_MS = 60_000;
const ADDRESSES_MAX = 10_000;

interface WrongKeysParts {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly addresses_max?: number;
}

export function createWrongKeys({ now, addresses_max = ADDRESSES_MAX }: WrongKeysParts): WrongKeys {
  const noted = new Map<string, { readonly minute: number; count: number }>();
  const minuteOf = (time_ms: number) => Math.floor(time_ms / MINUTE_MS);

  function entryOf(network: string, minute: number) {
    const found = noted.get(network);
    if (found?.minute === minute) return found;
    // Set anew, so that the order of the map is that of the minutes.
    noted.delete(network);
    const entry = { minute, count: 0 };
    noted.set(network, entry);
    const oldest = noted.size > addresses_max ? noted.keys().next().value : undefined;
    if (oldest !== undefined) noted.delete(oldest);
    return entry;
  }

  return {
    waitFor(address) {
      const time_ms = now();
      const found = noted.get(networkOf(address));
      if (found?.minute !== minuteOf(time_ms) || found.count < PER_MINUTE) return 0;
      return Math.max(1, Math.ceil(((found.minute + 1) * MINUTE_MS - time_ms) / 1000));
    },
    note(address) {
      const entry = entryOf(networkOf(address), minuteOf(now()));
      entry.count += 1;
      return entry.count === PER_MINUTE;
    },
  };
}

/** Of IPv6 the first 64 bits, because whoever has one such address has them all. */
export function networkOf(address: string): string {
  const [bare = ''] = address.split('%');
  if (!isIPv6(bare) || bare.includes('.')) return address;
  const [head = '', tail] = bare.split('::');
  const [first, last] = [head, tail ?? ''].map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - (first?.length ?? 0) - (last?.length ?? 0) }, () => '0');
  return [...(first ?? []), ...zeros, ...(last ?? [])].slice(0, 4).join(':');
}
