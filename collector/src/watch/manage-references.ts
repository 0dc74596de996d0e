import type { DatabaseSync } from 'node:sqlite';
import { isoTime } from '../alerts/alert.ts';
import { SextantError } from '../errors.ts';
import { transaction } from '../sqlite-transaction.ts';
import type { Store } from '../stores/store.ts';
import { readSketches, type TimeRange } from './read-sketches.ts';
import type { FeatureKey, ReferenceKind, ReferencePolicies, ReferencePolicy } from './reference-policy.ts';
import { whole } from './slices.ts';
import type { Stream, Streams } from './streams.ts';

/** Fewer conversations are no reference for anything. */
const pinned_min = 30;

/** What a feature is compared with, as `GET /api/drift/references` answers it. Times are ISO 8601. */
export interface FeatureReference {
  readonly feature: string;
  readonly encoder: string;
  readonly kind: ReferenceKind;
  /** Of a pinned one. */
  readonly name: string | null;
  readonly from: string | null;
  readonly to: string | null;
  /** Conversations of a frozen one; null where it is read anew for each window, or is not complete. */
  readonly n_reference: number | null;
}

export interface ReferenceManager {
  list(tenant: string): FeatureReference[];
  /**
   * Says what a feature is compared with from its next window on.
   * @throws SextantError bad_request for an empty range or one that holds too little, not_found for a feature that
   * is not watched
   */
  set(key: FeatureKey, policy: ReferencePolicy): Promise<void>;
  /** Lets a feature begin anew: with another fit, and the first conversations after it as the reference. */
  reset(key: FeatureKey): void;
}

export interface ReferenceManagerParts {
  readonly database: DatabaseSync;
  readonly store: Pick<Store, 'query'>;
  readonly streams: Streams;
  readonly policies: ReferencePolicies;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export function createReferenceManager(parts: ReferenceManagerParts): ReferenceManager {
  const { database, store, streams, policies, now } = parts;

  function streamsOf({ tenant, feature }: FeatureKey): Stream[] {
    const found = streams.list().filter((stream) => stream.tenant === tenant && stream.feature === feature);
    if (found.length === 0) throw new SextantError('not_found', `Feature "${feature}" is not watched.`);
    return found;
  }

  async function pin(key: FeatureKey, policy: ReferencePolicy & { readonly kind: 'pinned' }): Promise<void> {
    checkRange(policy);
    const pinned = await Promise.all(
      streamsOf(key).map(async (stream) => ({
        stream,
        sketches: await readSketches(store, stream, [policy]),
      })),
    );
    const complete = pinned.filter(
      ({ sketches }) =>
        countOf(sketches.map(({ slice_key, sketch: { count } }) => ({ slice_key, count }))) >= pinned_min,
    );
    if (complete.length === 0) {
      const why = `The range holds fewer than ${pinned_min} conversations that were summed with the fit of "${key.feature}".`;
      throw new SextantError('bad_request', why);
    }
    transaction(database, () => {
      for (const { stream, sketches } of complete) streams.replaceReference(stream, sketches, policy.to_us);
      policies.set(key, policy);
    });
  }

  return {
    list: (tenant) =>
      streams
        .list()
        .filter((stream) => stream.tenant === tenant)
        .map((stream) => describe(stream, policies.get(stream), countOf(streams.referenceCounts(stream)))),
    async set(key, policy) {
      if (policy.kind === 'pinned') return await pin(key, policy);
      streamsOf(key);
      policies.set(key, policy);
    },
    reset(key) {
      for (const stream of streamsOf(key)) streams.reset(stream, now() * 1_000);
      policies.set(key, { kind: 'first' });
    },
  };
}

function checkRange({ from_us, to_us }: TimeRange): void {
  if (!(from_us < to_us)) throw new SextantError('bad_request', 'The reference ends before it begins.');
}

function countOf(slices: readonly { readonly slice_key: string; readonly count: number }[]): number {
  return slices.find(({ slice_key }) => slice_key === whole.slice_key)?.count ?? 0;
}

function describe(stream: Stream, policy: ReferencePolicy, count: number): FeatureReference {
  const pinned = policy.kind === 'pinned' ? policy : null;
  const is_frozen = policy.kind === 'first' || pinned !== null;
  return {
    feature: stream.feature,
    encoder: stream.encoder,
    kind: policy.kind,
    name: pinned?.name ?? null,
    from: pinned === null ? null : isoTime(pinned.from_us),
    to: pinned === null ? null : isoTime(pinned.to_us),
    n_reference: is_frozen && stream.phase === 'watching' ? count : null,
  };
}
