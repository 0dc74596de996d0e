/** A stream of 32-bit unsigned integers that depends on its seed alone, the same on every machine. */
export type RandomSource = () => number;

/**
 * splitmix32: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014), with the
 * 32-bit finaliser of MurmurHash3. Integer arithmetic only.
 */
export function createRandom(seed: number): RandomSource {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
}

/** The items in a random order (Fisher and Yates). */
export function shuffled<Item>(items: readonly Item[], random: RandomSource): Item[] {
  const result = items.slice();
  for (let last = result.length - 1; last > 0; last--) {
    const chosen = random() % (last + 1);
    const item = result[chosen] as Item;
    result[chosen] = result[last] as Item;
    result[last] = item;
  }
  return result;
}
