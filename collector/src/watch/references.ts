import type { Row, Store } from '../stores/store.ts';
import { minute_us } from './observation.ts';
import { readMinutes, readSketches, type TimeRange } from './read-sketches.ts';
import type { ReferencePolicies, ReferencePolicy } from './reference-policy.ts';
import type { SliceSketch, Stream, Streams } from './streams.ts';
import type { Minute } from './windows.ts';

const week_us = 7 * 24 * 60 * minute_us;
const weeks_back = 4;
/** How far back conversations for a reference are looked for. */
const rolling_us = 2 * week_us;

export interface References {
  readonly policies: ReferencePolicies;
  /** What a window is compared with; empty where there is nothing yet. */
  read(stream: Stream, window: TimeRange): Promise<SliceSketch[]>;
}

export interface ReferencesOptions {
  readonly store: Pick<Store, 'query'>;
  readonly streams: Streams;
  readonly policies: ReferencePolicies;
  /** Conversations of a reference that is not pinned. */
  readonly wanted: number;
}

/**
 * A reference is the sum of the sketches of some ranges of time: sums are exact, so it does not matter when they
 * are added up. The first one and a pinned one are frozen in the control database and outlive the retention.
 */
export function createReferences({ store, streams, policies, wanted }: ReferencesOptions): References {
  async function rangesOf(
    stream: Stream,
    { kind }: ReferencePolicy,
    window: TimeRange,
  ): Promise<readonly TimeRange[]> {
    if (kind === 'seasonal') return sameHoursBefore(window);
    if (kind === 'rolling') return await latestBefore(stream, window.from_us);
    const changed_us = await versionChange(store, stream, window.from_us);
    return changed_us === null ? [] : await latestBefore(stream, changed_us);
  }

  async function latestBefore(stream: Stream, end_us: number): Promise<TimeRange[]> {
    const minutes = await readMinutes(store, stream, end_us - rolling_us);
    return latestMinutes(minutes, { end_us, wanted });
  }

  return {
    policies,
    async read(stream, window) {
      const policy = policies.get(stream);
      if (policy.kind === 'first' || policy.kind === 'pinned') return streams.reference(stream);
      return await readSketches(store, stream, await rangesOf(stream, policy, window));
    },
  };
}

function sameHoursBefore({ from_us, to_us }: TimeRange): TimeRange[] {
  return Array.from({ length: weeks_back }, (_, index) => {
    const back_us = (index + 1) * week_us;
    return { from_us: from_us - back_us, to_us: Math.min(to_us - back_us, from_us) };
  });
}

/** The shortest range before the end that holds so many conversations; all there is where that is less. */
function latestMinutes(
  minutes: readonly Minute[],
  { end_us, wanted }: { readonly end_us: number; readonly wanted: number },
): TimeRange[] {
  const before = minutes.filter(({ minute }) => minute < end_us);
  let count = 0;
  const start = before.findLast((minute) => {
    count += minute.count;
    return count >= wanted;
  });
  const from_us = (start ?? before[0])?.minute;
  return from_us === undefined ? [] : [{ from_us, to_us: end_us }];
}

/** When the newest version was first seen, before the window began; null where there never was another. */
async function versionChange(
  store: Pick<Store, 'query'>,
  { tenant }: Stream,
  before_us: number,
): Promise<number | null> {
  const [row]: (Row | undefined)[] = await store.query('version_changes', {
    tenant,
    to_us: before_us,
    limit: 1,
  });
  return row === undefined ? null : Math.floor(Number(row['first_time']) / minute_us) * minute_us;
}
