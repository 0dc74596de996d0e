/**
 * JSON text in which the keys of every object are sorted, so that equal values have equal texts. Values whose
 * keys are sorted already, as those of most messages are, are left to the engine's own writer, which is faster.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(isSorted(value) ? value : sorted(value));
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

// Keys like "10" and "9" come out in numeric order whatever is done: equal values still have equal texts.
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
