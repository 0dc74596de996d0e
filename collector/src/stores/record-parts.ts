import type { RecordRows } from './store.ts';

/** Parts of one record that follow one another, as one part. */
export function joinParts(parts: readonly RecordRows[]): RecordRows {
  const [first, last] = [parts[0], parts.at(-1)];
  if (!first || !last) throw new Error('There is no record without a part.');
  if (first === last) return first;
  return {
    position: last.position,
    has_more: last.has_more ?? false,
    spans: parts.flatMap(({ spans }) => spans),
    logs: parts.flatMap(({ logs }) => logs),
    metrics: parts.flatMap(({ metrics }) => metrics),
    scores: parts.flatMap(({ scores }) => scores),
    amendments: parts.flatMap(({ amendments }) => amendments),
  };
}

/** Whole records, of those that may come in parts. */
export async function* wholeRecords(
  records: Iterable<RecordRows> | AsyncIterable<RecordRows>,
): AsyncGenerator<RecordRows> {
  let parts: RecordRows[] = [];
  for await (const part of records) {
    parts.push(part);
    if (part.has_more) continue;
    yield joinParts(parts);
    parts = [];
  }
}
