/** Counts by reason, so that whatever is left out shows up somewhere. */
export interface Counter {
  add(reason: string, count?: number): void;
  counts(): Readonly<Record<string, number>>;
}

export function createCounter(): Counter {
  const counts = new Map<string, number>();
  return {
    add(reason, count = 1) {
      if (count > 0) counts.set(reason, (counts.get(reason) ?? 0) + count);
    },
    counts: () => Object.fromEntries(counts),
  };
}
