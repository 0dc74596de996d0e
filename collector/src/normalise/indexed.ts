import type { AttributeMap, AttributeValue } from '../decode/records.ts';

/** Indices from here on are ignored. */
const index_limit = 1000;

/** One element of a list that was flattened into attributes `prefix.<index>.<path>`. */
export interface IndexedItem {
  /** `prefix.<index>.`: with a path it is the attribute's name again. */
  readonly prefix: string;
  readonly fields: AttributeMap;
}

/** Collects the elements under a prefix in the order of their indices, which may have gaps and come in any order. */
export function collectIndexed(attributes: AttributeMap, prefix: string): readonly IndexedItem[] {
  const found = new Map<number, Map<string, AttributeValue>>();
  const start = `${prefix}.`;
  for (const [name, value] of attributes) {
    if (!name.startsWith(start)) continue;
    const dot = name.indexOf('.', start.length);
    const index = dot < 0 ? undefined : readIndex(name.slice(start.length, dot));
    if (index === undefined) continue;
    const fields = found.get(index);
    if (fields) fields.set(name.slice(dot + 1), value);
    else found.set(index, new Map([[name.slice(dot + 1), value]]));
  }
  return [...found]
    .sort(([left], [right]) => left - right)
    .map(([index, fields]) => ({ prefix: `${start}${index}.`, fields }));
}

function readIndex(text: string): number | undefined {
  if (!/^(0|[1-9]\d{0,3})$/.test(text)) return undefined;
  const index = Number(text);
  return index < index_limit ? index : undefined;
}
