import type { Store } from '../stores/store.ts';
import type { OpenMinutes } from './open-minutes.ts';
import { readSketches } from './read-sketches.ts';
import type { Stream, Streams } from './streams.ts';
import { closedWindows, type Minute, type Window } from './windows.ts';

const windows_per_round_max = 50;

export interface DueParts {
  readonly store: Pick<Store, 'query'>;
  readonly streams: Streams;
  readonly open_minutes: OpenMinutes;
  readonly options: DueOptions;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface DueOptions {
  /** Conversations of the reference. */
  readonly reference: number;
  /** Conversations after which a window closes. */
  readonly window: number;
  readonly window_minutes_max: number;
  readonly grace_ms: number;
}

export interface Progress {
  /** Conversations in the reference so far, while it grows, or in the open window. */
  readonly n_open: number;
  readonly is_done: boolean;
}

/** The windows of a stream that are due in this round, oldest first. */
export interface DueWindows extends Progress {
  readonly stream: Stream;
  readonly windows: readonly Window[];
}

/**
 * Freezes the reference of a stream and finds the windows to close, as far as its stored sketches go. Everything is
 * computed from those, so that a step that is repeated after a crash comes to the same result.
 */
export async function dueWindows(stream_id: number, parts: DueParts): Promise<DueWindows> {
  const { streams, open_minutes, options } = parts;
  let stream = streams.get(stream_id);
  if (stream.phase === 'fitting') return { stream, windows: [], n_open: 0, is_done: true };
  if (stream.phase === 'reference') {
    const n_open = await freezeReference(stream, parts);
    if (n_open !== null) return { stream, windows: [], n_open, is_done: true };
    stream = streams.get(stream_id);
  }
  const minutes = await open_minutes.read(stream);
  const windows = closedWindows(minutes, { ...ruleOf(parts), vectors: options.window });
  const end_us = windows.at(-1)?.to_us ?? 0;
  return {
    stream,
    windows: windows.slice(0, windows_per_round_max),
    n_open: totalOf(minutes.filter(({ minute }) => minute >= end_us)),
    is_done: windows.length <= windows_per_round_max,
  };
}

/** Null when the reference is complete, else how much of it there is. */
async function freezeReference(stream: Stream, parts: DueParts): Promise<number | null> {
  const { store, streams, open_minutes, options } = parts;
  const minutes = await open_minutes.read(stream);
  const rule = { ...ruleOf(parts), vectors: options.reference, minutes_max: Infinity };
  const [window] = closedWindows(minutes, rule);
  if (window === undefined) return totalOf(minutes);
  streams.saveReference(stream, await readSketches(store, stream, [window]), window.to_us);
  return null;
}

function ruleOf({ options, now }: DueParts) {
  return {
    minutes_max: options.window_minutes_max,
    now_us: now() * 1_000,
    grace_us: options.grace_ms * 1_000,
  };
}

function totalOf(minutes: readonly Minute[]): number {
  return minutes.reduce((sum, { count }) => sum + count, 0);
}
