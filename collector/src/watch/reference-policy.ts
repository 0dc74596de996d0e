import type { DatabaseSync } from 'node:sqlite';

/** What the windows of a feature are compared with. */
export type ReferencePolicy =
  /** Its first conversations after those of the fit, which is what happens where nothing else is said. */
  | { readonly kind: 'first' }
  /** Those of a range of time, such as an evaluation run. Times are microseconds since 1970. */
  | {
      readonly kind: 'pinned';
      readonly from_us: number;
      readonly to_us: number;
      readonly name: string | null;
    }
  /** The latest before the window. */
  | { readonly kind: 'rolling' }
  /** The latest before the newest version of a prompt, chain, adapter or deployment was first seen. */
  | { readonly kind: 'last_good' }
  /** The same hours of the weeks before, in the weights they have in the window. */
  | { readonly kind: 'seasonal' };

export type ReferenceKind = ReferencePolicy['kind'];

export interface FeatureKey {
  readonly tenant: string;
  readonly feature: string;
}

export interface ReferencePolicies {
  get(key: FeatureKey): ReferencePolicy;
  set(key: FeatureKey, policy: ReferencePolicy): void;
}

export function createReferencePolicies(database: DatabaseSync): ReferencePolicies {
  const find = database.prepare(`
    SELECT policy FROM watch_reference_policies WHERE tenant = $tenant AND feature = $feature`);
  const save = database.prepare(`
    INSERT OR REPLACE INTO watch_reference_policies VALUES ($tenant, $feature, $policy)`);
  return {
    get({ tenant, feature }) {
      const text = find.get({ tenant, feature })?.['policy'];
      return typeof text === 'string' ? (JSON.parse(text) as ReferencePolicy) : { kind: 'first' };
    },
    set({ tenant, feature }, policy) {
      save.run({ tenant, feature, policy: JSON.stringify(policy) });
    },
  };
}
