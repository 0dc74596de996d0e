import type { Row, Store } from '../../stores/store.ts';
import { type ExportedItem, type RequestForm, toLines } from './requests.ts';

export interface ExportRange {
  readonly tenant: string;
  readonly from_us: number;
  /** Exclusive. */
  readonly to_us: number;
}

export interface ExportParts {
  readonly store: Pick<Store, 'query'>;
  readonly signal: AbortSignal;
  /** Keys read at one time; 10,000 unless told. */
  readonly keys_max?: number;
}

export interface Portion {
  readonly items: readonly ExportedItem[];
  /** About what the rows took in memory. */
  readonly bytes: number;
}

/** What differs between the signals. `Key` says where a row is, and is small. */
export interface ExportSteps<Key> {
  readonly form: RequestForm;
  /** Keys in the order of time, as many as are read at one time. */
  readonly keys: AsyncIterable<readonly Key[]>;
  /** How many rows a key stands for. */
  rowsOf(key: Key): number;
  /** The rows of these keys, which follow each other. */
  readPortion(run: Run<Key>): Promise<Portion>;
}

/** Some keys, at least one. */
export type Run<Key> = readonly [Key, ...Key[]];

/** So many rows at most, and about so many bytes, are held at one time, twice. */
const portion_rows_max = 4_096;
const portion_bytes = 12 * 1024 * 1024;

export async function* exportPortions<Key>(steps: ExportSteps<Key>): AsyncGenerator<string> {
  for await (const { items } of readAhead(readPortions(steps))) yield* toLines(steps.form, items);
}

async function* readPortions<Key>(steps: ExportSteps<Key>): AsyncGenerator<Portion> {
  let wanted = 64;
  for await (const page of steps.keys) {
    for (let start = 0; start < page.length; ) {
      const { run, rows } = takeRun(page, { start, wanted, rowsOf: steps.rowsOf });
      const portion = await steps.readPortion(run);
      start += run.length;
      const fitting = Math.floor((rows * portion_bytes) / Math.max(1, portion.bytes));
      wanted = Math.max(1, Math.min(portion_rows_max, fitting));
      yield portion;
    }
  }
}

interface Wanted<Key> {
  readonly start: number;
  /** Rows; a single key may stand for more. */
  readonly wanted: number;
  rowsOf(key: Key): number;
}

function takeRun<Key>(page: readonly Key[], { start, wanted, rowsOf }: Wanted<Key>) {
  const run: [Key, ...Key[]] = [page[start] as Key];
  let rows = rowsOf(run[0]);
  for (const key of page.slice(start + 1)) {
    if (rows + rowsOf(key) > wanted) break;
    rows += rowsOf(key);
    run.push(key);
  }
  return { run, rows };
}

/** Asks for the next item before somebody wants it. */
async function* readAhead<Item>(items: AsyncGenerator<Item>): AsyncGenerator<Item> {
  let next = items.next();
  try {
    for (let item = await next; item.done !== true; item = await next) {
      next = items.next();
      // Whoever takes the next item learns of its error; where nobody does, nobody is to.
      next.catch(() => undefined);
      yield item.value;
    }
  } finally {
    await items.return(undefined);
  }
}

export function sizeOf(rows: readonly Row[]): number {
  let bytes = 0;
  for (const row of rows) {
    for (const name in row) {
      const value = row[name];
      bytes += typeof value === 'string' ? value.length : 16;
    }
  }
  return bytes;
}
