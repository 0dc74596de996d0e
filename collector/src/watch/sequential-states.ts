import type { DatabaseSync } from 'node:sqlite';
import type { SequentialState } from '@sextant/detectors';
import type { TimeRange } from './read-sketches.ts';
import type { Slice, Stream } from './streams.ts';

/** What detectors carry from window to window. It is written by `verdicts.close`, with the window's end. */
export interface SequentialStates {
  get(stream: Stream, slice: Slice, detector: string): SequentialState | null;
  /** Start of the window so many windows back from this one, which is the first; of the oldest known where it is older. */
  windowStart(stream: Stream, window: TimeRange, windows_back: number): number;
}

export function createSequentialStates(database: DatabaseSync): SequentialStates {
  const find = database.prepare(`
    SELECT state FROM watch_sequential
    WHERE stream_id = $stream_id AND slice_key = $slice_key AND slice_value = $slice_value
      AND detector = $detector`);
  const starts = database.prepare(`
    SELECT from_us FROM watch_windows WHERE stream_id = $stream_id ORDER BY from_us DESC LIMIT $limit`);
  return {
    get({ stream_id }, { slice_key, slice_value }, detector) {
      const text = find.get({ stream_id, slice_key, slice_value, detector })?.['state'];
      return typeof text === 'string' ? (JSON.parse(text) as SequentialState) : null;
    },
    windowStart({ stream_id }, { from_us }, windows_back) {
      if (windows_back <= 1) return from_us;
      const rows = starts.all({ stream_id, limit: windows_back - 1 });
      return Number(rows.at(-1)?.['from_us'] ?? from_us);
    },
  };
}
