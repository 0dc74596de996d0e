import { joinParts } from '../record-parts.ts';
import { tables } from '../schema.ts';
import {
  type Amendment,
  type Appended,
  type Batch,
  comparePositions,
  type Position,
  type RecordRows,
  type Row,
} from '../store.ts';
import type { DayFiles } from './day-files.ts';
import { DayTransaction } from './day-transaction.ts';
import { dayBefore, dayOf } from './days.ts';

/**
 * Where the rows of a batch go: each day file takes its own in one transaction, with the position. Rows are
 * handed to DuckDB while the next records are being made, so a batch may be large.
 */
export async function appendBatch(files: DayFiles, batch: Batch, clock: IngestClock): Promise<BatchAppended> {
  const days = new OpenDays(files, clock);
  const counts = { stored: 0, duplicated: 0 };
  let through: Position | null = null;
  let held: RecordRows[] = [];
  let is_new = true;
  try {
    for await (const part of batch.records) {
      if (is_new) days.beginRecord();
      is_new = !part.has_more;
      held.push(part);
      // Days are committed with whole records only; of one that touches many, the rest is taken as a whole.
      if (part.has_more && days.are_many) continue;
      await appendRecord(days, joinParts(held), counts);
      held = [];
      if (days.waiting_bytes > waiting_bytes_max) await days.flush();
      if (part.has_more) continue;
      through = part.position;
      if (days.handed_over_bytes > transaction_bytes_max) await days.commit(through);
    }
    if (through) await days.commit(through);
  } catch (error) {
    await days.rollback();
    throw error;
  } finally {
    await files.showNewDays();
  }
  return { ...counts, through };
}

/** Rows wait to be handed over until they fill a chunk; few of them may be large all the same. */
const waiting_bytes_max = 32 * 1024 * 1024;
/** DuckDB fails to commit what is many times larger than the memory it may use. */
const transaction_bytes_max = 192 * 1024 * 1024;

/** Gives everything a later ingest time than what was before it, whatever the machine's clock does. */
export interface IngestClock {
  now_us(): number;
  next(): number;
}

export interface BatchAppended extends Appended {
  /** Position of the last record; null for a batch without records. */
  readonly through: Position | null;
}

/** The transactions of one append, one for each day it touches. */
class OpenDays {
  readonly #files: DayFiles;
  readonly #clock: IngestClock;
  readonly #open = new Map<string, DayTransaction>();
  #ingest_time = 0;

  constructor(files: DayFiles, clock: IngestClock) {
    this.#files = files;
    this.#clock = clock;
  }

  /**
   * The rows of a record have one ingest time, and every record has its own: what is made of them later is made in
   * portions of whole records, which are small beside a transaction.
   */
  beginRecord(): void {
    this.#ingest_time = this.#clock.next();
  }

  dayOf(time_us: number): string {
    return this.#files.placeOf(dayOf(time_us, this.#clock.now_us()));
  }

  async get(day: string): Promise<DayTransaction> {
    const transaction = this.#open.get(day) ?? (await this.#begin(day));
    transaction.stampWith(this.#ingest_time);
    return transaction;
  }

  async #begin(day: string): Promise<DayTransaction> {
    const file = await this.#files.getOrCreate(day);
    const transaction = await DayTransaction.begin({ files: this.#files, file });
    this.#open.set(day, transaction);
    return transaction;
  }

  /** The day's transaction, if there is a file of that day. */
  async getExisting(day: string): Promise<DayTransaction | null> {
    return this.#files.get(day) ? await this.get(day) : null;
  }

  /** Each holds memory of its own. */
  get are_many(): boolean {
    return this.#open.size > open_days_max;
  }

  get waiting_bytes(): number {
    return [...this.#open.values()].reduce((sum, { waiting_bytes }) => sum + waiting_bytes, 0);
  }

  get handed_over_bytes(): number {
    return [...this.#open.values()].reduce((sum, { handed_over_bytes }) => sum + handed_over_bytes, 0);
  }

  async flush(): Promise<void> {
    for (const transaction of this.#open.values()) await transaction.flush();
  }

  async commit(through: Position): Promise<void> {
    for (const [day, transaction] of this.#open) await this.#commit(day, transaction, through);
  }

  /** Commits some days before the others where many are open. */
  async commitSome(through: Position, unfinished: ReadonlySet<string>): Promise<void> {
    if (!this.are_many) return;
    for (const [day, transaction] of this.#open) {
      if (!unfinished.has(day)) await this.#commit(day, transaction, through);
    }
  }

  async #commit(day: string, transaction: DayTransaction, through: Position): Promise<void> {
    await transaction.commit(through);
    this.#open.delete(day);
    await this.#files.settle(day);
  }

  async rollback(): Promise<void> {
    for (const transaction of this.#open.values()) await transaction.rollback();
  }
}

const open_days_max = 16;

async function appendRecord(
  days: OpenDays,
  record: RecordRows,
  counts: { stored: number; duplicated: number },
): Promise<void> {
  const parts = partsByDay(days, record);
  const unfinished = new Set(parts.keys());
  for (const [day, part] of parts) {
    const transaction = await days.get(day);
    const is_applied = isApplied(transaction, record);
    const stored = is_applied ? 0 : await transaction.addSpans(part.spans);
    counts.stored += stored;
    counts.duplicated += part.spans.length - stored;
    for (const table of loose_tables) {
      if (is_applied) break;
      await transaction.addRows(table, part[table]);
      counts.stored += table === 'scores' ? 0 : part[table].length;
    }
    for (const amendment of part.amendments) await amend(days, record, amendment);
    unfinished.delete(day);
    if (!record.has_more) await days.commitSome(record.position, unfinished);
  }
}

const loose_tables = ['logs', 'metrics', 'scores'] as const;

type Part = Pick<RecordRows, 'spans' | 'logs' | 'metrics' | 'scores' | 'amendments'>;

// Nearly always everything is of one day.
function partsByDay(days: OpenDays, record: RecordRows): ReadonlyMap<string, Part> {
  const parts = new Map<string, Part>();
  const split = <Item>(name: keyof Part, items: readonly Item[], timeOf: (item: Item) => number) => {
    for (const [day, members] of Map.groupBy(items, (item) => days.dayOf(timeOf(item))))
      parts.set(day, { ...(parts.get(day) ?? empty_part), [name]: members });
  };
  split('spans', record.spans, ({ span }) => span.start_time);
  for (const table of loose_tables) {
    const column = tables[table].day_column;
    split<object>(table, record[table], (row) => (row as Row)[column] as number);
  }
  split('amendments', record.amendments, ({ time }) => time);
  return parts;
}

const empty_part: Part = { spans: [], logs: [], metrics: [], scores: [], amendments: [] };

/** A record at or before the position of the file is in it already: the batch is being repeated. */
function isApplied({ file }: DayTransaction, record: RecordRows): boolean {
  return comparePositions(record.position, file.position) <= 0;
}

/** An amendment goes to the day of its span; where that is not known yet, it waits in the file of its own day. */
async function amend(days: OpenDays, record: RecordRows, amendment: Amendment): Promise<void> {
  const day = days.dayOf(amendment.time);
  const own = await days.get(day);
  const earlier = (await own.hasSpan(amendment)) ? null : await days.getExisting(dayBefore(day));
  const is_earlier = earlier !== null && !isApplied(earlier, record) && (await earlier.hasSpan(amendment));
  const transaction = is_earlier ? earlier : own;
  if (!isApplied(transaction, record)) await transaction.addAmendments([amendment]);
}
