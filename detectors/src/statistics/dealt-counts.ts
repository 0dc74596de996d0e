import { createRandom } from '../sketches/random.ts';

/**
 * Deals the units of places anew at random to two samples, so many to the first: its counts by place. Both margins
 * stay (multivariate hypergeometric law), unit by unit, so that it is exact however few units a place has; a deal
 * takes time with the units of the first sample. The array is used again. Seeded by the margins alone.
 */
export function createDealer(totals: ArrayLike<number>, first_count: number): () => Float64Array {
  const places = Array.from(totals);
  const units = new Uint16Array(places.reduce((sum, count) => sum + count, 0));
  let filled = 0;
  for (const [place, count] of places.entries()) {
    units.fill(place, filled, filled + count);
    filled += count;
  }
  const random = createRandom(places.reduce((seed, count) => Math.imul(seed, 31) + count, first_count));
  const counts = new Float64Array(places.length);
  return () => {
    counts.fill(0);
    // The first steps of a Fisher–Yates shuffle: any order to start from is as good as another.
    for (let i = 0; i < first_count; i++) {
      const chosen = i + Math.floor((random() / 2 ** 32) * (units.length - i));
      const place = units[chosen] as number;
      units[chosen] = units[i] as number;
      units[i] = place;
      counts[place] = (counts[place] as number) + 1;
    }
    return counts;
  };
}
