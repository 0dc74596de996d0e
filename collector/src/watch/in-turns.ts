import { setImmediate as nextTurn } from 'node:timers/promises';

/** So long may others wait, who take spans in and answer questions on the same thread. */
const turn_ms = 8;

/** Maps many items, and lets others have their turn every few milliseconds. */
export async function mapInTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  let begun_ms = performance.now();
  for (const item of items) {
    results.push(work(item));
    if (performance.now() - begun_ms < turn_ms) continue;
    await nextTurn();
    begun_ms = performance.now();
  }
  return results;
}
