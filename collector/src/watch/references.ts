import type { Row, Store } from '../stores/store.ts';
import type { Compared } from './compared.ts';
import { minute_us } from './observation.ts';
import { readMinutes, readSketches, type TimeRange } from './read-sketches.ts';
import type { ReferenceKind, ReferencePolicies } from './reference-policy.ts';
import { compareWithSameHours } from './seasonal.ts';
import type { SliceSketch, Stream, Streams } from './streams.ts';
import type { Minute } from './windows.ts';

const week_us = 7 * 24 * 60 * minute_us;
/** How far back conversations for a reference are looked for. */
const rolling_us = 2 * week_us;

export interface References {
  readonly policies: ReferencePolicies;
  /** The window with what it is compared with; that is empty where there is nothing yet. */
  compare(stream: Stream, window: TimeRange): Promise<Compared>;
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
  async function readReference(
    stream: Stream,
    kind: Exclude<ReferenceKind, 'seasonal'>,
    window: TimeRange,
  ): Promise<SliceSketch[]> {
    if (kind === 'first' || kind === 'pinned') return streams.reference(stream);
    const end_us = kind === 'rolling' ? window.from_us : await versionChange(store, stream, window.from_us);
    return end_us === null ? [] : await readSketches(store, stream, await latestBefore(stream, end_us));
  }

  async function latestBefore(stream: Stream, end_us: number): Promise<TimeRange[]> {
    const minutes = await readMinutes(store, stream, end_us - rolling_us);
    return latestMinutes(minutes, { end_us, wanted });
  }

  return {
    policies,
    async compare(stream, window) {
      const { kind } = policies.get(stream);
      if (kind === 'seasonal') return await compareWithSameHours(store, stream, window);
      const sides = {
        reference: await readReference(stream, kind, window),
        current: await readSketches(store, stream, [window]),
      };
      return { ...sides, parts: sides, n_uncovered: 0 };
    },
  };
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
