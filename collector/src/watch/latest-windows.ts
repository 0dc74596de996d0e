import type { DatabaseSync } from 'node:sqlite';
import type { Evidence } from './evidence.ts';
import type { TimeRange } from './read-sketches.ts';
import type { Stream } from './streams.ts';

/** How the latest window of a stream ended. It is written by `verdicts.close`, with the window's end. */
export interface LatestWindow {
  readonly evidence: Evidence;
  /** Names of the slices, the whole among them, in which detectors of single windows found a drift. */
  readonly drifted_slices: readonly string[];
}

export interface LatestWindows {
  get(stream: Stream): LatestWindow | null;
  /**
   * Evidence of the other streams of the tenant by stream id: of the latest window of each, where that ended since
   * this one began. A stream of which nothing comes any more is not among them for long.
   */
  others(stream: Stream, window: TimeRange): Map<number, Evidence>;
}

export function createLatestWindows(database: DatabaseSync): LatestWindows {
  const get = database.prepare('SELECT latest FROM watch_latest WHERE stream_id = $stream_id');
  const others = database.prepare(`
    SELECT stream_id, latest FROM watch_latest JOIN watch_streams USING (stream_id)
    WHERE tenant = $tenant AND stream_id <> $stream_id AND to_us >= $from_us`);
  const latestOf = (row: Readonly<Record<string, unknown>>) =>
    JSON.parse(String(row['latest'])) as LatestWindow;
  return {
    get({ stream_id }) {
      const row = get.get({ stream_id });
      return row === undefined ? null : latestOf(row);
    },
    others({ tenant, stream_id }, { from_us }) {
      const rows = others.all({ tenant, stream_id, from_us });
      return new Map(rows.map((row) => [Number(row['stream_id']), latestOf(row).evidence]));
    },
  };
}
