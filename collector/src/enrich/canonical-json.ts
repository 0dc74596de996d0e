/**
 * JSON text in which the keys of every object are sorted, so that equal values have equal texts. Values whose
 * keys are sorted already, as those of most messages are, are left to the engine's own writer, which is faster.
 * @param written the value as `JSON.stringify` writes it, where that is at hand
 */
export function canonicalJson(value: unknown, written?: string): string {
  if (isSorted(value)) return written ?? JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  const object = value as Record<string, unknown>;
  const members = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key])}`);
  return `{${members.join(',')}}`;
}

function isSorted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isSorted);
  let previous = '';
  for (const key in value) {
    if (key < previous || !isSorted((value as Record<string, unknown>)[key])) return false;
    previous = key;
  }
  return true;
}
