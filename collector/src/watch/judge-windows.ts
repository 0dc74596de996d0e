import type { Store } from '../stores/store.ts';
import { type JudgeWindowParts, judgeWindow } from './judge-window.ts';
import { readMinutes, readSketches } from './read-sketches.ts';
import type { Stream, Streams } from './streams.ts';
import type { Verdicts } from './verdicts.ts';
import { closedWindows, type Minute } from './windows.ts';

const windows_per_round_max = 50;

interface JudgeOptions {
  /** Conversations of the reference. */
  readonly reference: number;
  /** Conversations after which a window closes. */
  readonly window: number;
  readonly window_minutes_max: number;
  readonly grace_ms: number;
  readonly alpha: number;
  readonly tolerance: number;
}

export interface JudgeParts extends JudgeWindowParts {
  readonly store: Pick<Store, 'query'>;
  readonly streams: Streams;
  readonly verdicts: Verdicts;
  readonly options: JudgeOptions;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface Progress {
  /** Conversations in the reference so far, while it grows, or in the open window. */
  readonly n_open: number;
  readonly is_done: boolean;
}

/**
 * Freezes the reference of a stream and closes its windows, as far as its stored sketches go. Everything is
 * computed from those, so that a step that is repeated after a crash comes to the same result.
 */
export async function judgeWindows(stream_id: number, parts: JudgeParts): Promise<Progress> {
  const { store, streams, options } = parts;
  let stream = streams.get(stream_id);
  const fit = streams.fitOf(stream);
  if (fit === null) return { n_open: 0, is_done: true };
  if (stream.phase === 'reference') {
    const n_open = await freezeReference(stream, parts);
    if (n_open !== null) return { n_open, is_done: true };
    stream = streams.get(stream_id);
  }
  const minutes = await readMinutes(store, stream, stream.cursor_us);
  const windows = closedWindows(minutes, { ...ruleOf(parts), vectors: options.window });
  for (const window of windows.slice(0, windows_per_round_max)) {
    parts.verdicts.close(stream, window, await judgeWindow({ stream, fit, window }, parts));
  }
  const end_us = windows.at(-1)?.to_us ?? 0;
  return {
    n_open: totalOf(minutes.filter(({ minute }) => minute >= end_us)),
    is_done: windows.length <= windows_per_round_max,
  };
}

/** Null when the reference is complete, else how much of it there is. */
async function freezeReference(stream: Stream, parts: JudgeParts): Promise<number | null> {
  const { store, streams, options } = parts;
  const minutes = await readMinutes(store, stream, stream.cursor_us);
  const rule = { ...ruleOf(parts), vectors: options.reference, minutes_max: Infinity };
  const [window] = closedWindows(minutes, rule);
  if (window === undefined) return totalOf(minutes);
  streams.saveReference(stream, await readSketches(store, stream, [window]), window.to_us);
  return null;
}

function ruleOf({ options, now }: JudgeParts) {
  return {
    minutes_max: options.window_minutes_max,
    now_us: now() * 1_000,
    grace_us: options.grace_ms * 1_000,
  };
}

function totalOf(minutes: readonly Minute[]): number {
  return minutes.reduce((sum, { count }) => sum + count, 0);
}
