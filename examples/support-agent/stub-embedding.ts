const DIMENSION = 256;

/**
 * A unit vector in which texts with words in common are close: each word and each pair of neighbours adds to the place
 * its hash names, with the sign its hash names (feature hashing). Words of less than four letters say little.
 */
export function embed(text: string): Float32Array<ArrayBuffer> {
  const vector = new Float32Array(DIMENSION);
  const words = text.toLowerCase().match(/[a-z0-9']{4,}/g) ?? [];
  for (const [index, word] of words.entries()) {
    add(vector, word, 1);
    const next = words[index + 1];
    if (next !== undefined) add(vector, `${word} ${next}`, 0.5);
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

function add(vector: Float32Array, feature: string, weight: number): void {
  const hash = fnv1a(feature);
  const place = hash % DIMENSION;
  vector[place] = (vector[place] ?? 0) + ((hash >>> 16) % 2 === 0 ? weight : -weight);
}

/** FNV-1a, 32 bits: offset basis 2166136261, prime 16777619. */
function fnv1a(text: string): number {
  let hash = 2_166_136_261;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619);
  }
  return hash >>> 0;
}
