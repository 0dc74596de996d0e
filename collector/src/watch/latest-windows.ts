import type { DatabaseSync } from 'node:sqlite';
import type { Evidence } from './evidence.ts';
import type { Closing } from './finding.ts';

/** How the latest window of a stream ended. It is written by `verdicts.close`, with the window's end. */
export interface LatestWindow {
  readonly to_us: number;
  readonly evidence: Evidence;
  /** Names of the slices, the whole among them, in which detectors of single windows found a drift. */
  readonly drifted_slices: readonly string[];
}

/** By stream id. */
export type LatestWindows = ReadonlyMap<number, LatestWindow>;

export type ReadLatestWindows = (tenant: string) => LatestWindows;

export function createLatestWindows(database: DatabaseSync): ReadLatestWindows {
  const of_tenant = database.prepare(`
    SELECT stream_id, latest FROM watch_latest JOIN watch_streams USING (stream_id) WHERE tenant = $tenant`);
  return (tenant) =>
    new Map(
      of_tenant
        .all({ tenant })
        .map((row) => [Number(row['stream_id']), JSON.parse(String(row['latest'])) as LatestWindow]),
    );
}

/**
 * What the other streams say for the decision about a window: the latest window of each, where that ended since this
 * one began. A stream of which nothing comes any more is not among them for long.
 */
export function evidenceBeside(
  { stream, window }: Closing,
  latest: LatestWindows,
  of: keyof Evidence,
): number[] {
  return [...latest].flatMap(([stream_id, { to_us, evidence }]) => {
    return stream_id === stream.stream_id || to_us < window.from_us ? [] : (evidence[of] ?? []);
  });
}
