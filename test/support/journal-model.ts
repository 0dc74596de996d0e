import { type Journal, openJournal } from '../../collector/src/journal/journal.ts';
import type { RecordContent } from '../../collector/src/journal/record.ts';
import { type JournalTail, openTail } from '../../collector/src/journal/tail.ts';
import type { Position } from '../../collector/src/stores/store.ts';
import type { SimulatedDisk } from './simulated-disk.ts';

/**
 * A collector in small: a journal on a simulated disk, and a store that reads it and never forgets. It remembers
 * which records were acknowledged, and `check` says what the journal did that it must not do.
 *
 * Records carry numbers that grow with the calls of `append`; a record that was refused is not sent again.
 */
export type Step =
  /** Waits until the records are acknowledged or refused, or so many turns of the event loop. */
  | {
      readonly step: 'append';
      readonly count: number;
      readonly bytes: number;
      readonly wait: 'settled' | number;
    }
  | { readonly step: 'store' | 'rotate' | 'forget' | 'restart' | 'kill' | 'cut_power' };

const segment_bytes = 3_000;
const body_bytes_max = 10_000;
/** Longer than the disk ever fails here: pages that cannot be read after all of them count as damaged. */
const patience_ms = Array.from({ length: 200 }, () => 0);

export interface ModelOptions {
  readonly disk: SimulatedDisk;
  readonly keep_bytes: number;
}

export class JournalModel {
  readonly violations: string[] = [];
  /** Numbers of the records that were acknowledged, in the order of the acknowledgements. */
  readonly acknowledged: number[] = [];
  last_number = 0;
  readonly #options: ModelOptions;
  readonly #stored: number[] = [];
  #stored_through: Position = { segment: 0, offset: 0 };
  #journal: Journal | null = null;
  #tail: JournalTail | null = null;
  #reading: Promise<void> | null = null;
  #now_ms = 1_000;

  constructor(options: ModelOptions) {
    this.#options = options;
  }

  async run(step: Step): Promise<void> {
    const { disk } = this.#options;
    const taken = this.#take(step).then(() => false);
    const is_over = await Promise.race([taken, disk.crashed.then(() => true)]);
    if (is_over) await this.run({ step: 'cut_power' });
  }

  /** The disk is whole again: whatever was acknowledged must be stored now, and a new record must be taken. */
  async check(): Promise<readonly string[]> {
    this.#options.disk.plan = () => null;
    await this.run({ step: 'cut_power' });
    if (!this.#journal) this.violations.push('The journal refused to start.');
    await this.#storeAll();
    await this.run({ step: 'append', count: 1, bytes: 10, wait: 'settled' });
    if (this.acknowledged.at(-1) !== this.last_number) this.violations.push('A whole disk did not heal it.');
    await this.#storeAll();
    this.#checkRecords();
    this.#checkBytes();
    return this.violations;
  }

  #checkRecords(): void {
    const stored = new Set(this.#stored);
    const acknowledged = new Set(this.acknowledged);
    const lost = this.acknowledged.filter((number) => !stored.has(number));
    if (lost.length > 0) this.violations.push(`Lost: ${lost.join(', ')}.`);
    if (stored.size < this.#stored.length) this.violations.push(`Read twice: ${this.#stored.join(', ')}.`);
    // What was refused may come back after a power cut, anywhere.
    const in_order = this.#stored.filter((number) => acknowledged.has(number));
    if (in_order.some((number, index) => number < (in_order[index - 1] ?? 0)))
      this.violations.push(`Read in another order: ${in_order.join(', ')}.`);
  }

  #checkBytes(): void {
    const { disk, keep_bytes } = this.#options;
    const bytes = this.#journal?.bytes() ?? 0;
    if (bytes !== disk.bytes) this.violations.push(`Counted ${bytes} bytes of ${disk.bytes}.`);
    const kept_bytes = bytes - (this.#journal?.durable().offset ?? 0);
    if (kept_bytes > keep_bytes) this.violations.push(`Kept ${kept_bytes} bytes, not ${keep_bytes}.`);
  }

  async #storeAll(): Promise<void> {
    for (let round = 0; round < 10_000; round++) {
      await this.run({ step: 'store' });
      if (this.#tail?.isBehind() === false) return;
    }
    this.violations.push('The records were not read to their end.');
  }

  async #take(step: Step): Promise<void> {
    const { disk } = this.#options;
    if (step.step === 'append') return await this.#append(step);
    if (step.step === 'store') return await this.#store();
    if (step.step === 'rotate') return await this.#tolerate(this.#journal?.rotate());
    if (step.step === 'forget') return await this.#tolerate(this.#journal?.forget(this.#stored_through));
    if (step.step === 'restart') await this.#tolerate(this.#journal?.close());
    if (step.step === 'cut_power') disk.cutPower();
    else disk.kill();
    await this.#open();
  }

  async #open(): Promise<void> {
    const { disk, keep_bytes } = this.#options;
    this.#journal = null;
    this.#tail = null;
    this.#reading = null;
    this.#now_ms += 1_000;
    const options = {
      folder: 'journal',
      segment_bytes,
      journal_bytes_max: 1e9,
      journal_keep_bytes: keep_bytes,
      files: disk.files(),
      now: () => this.#now_ms,
    };
    // It may not start while its folder can neither be made nor listed; a later start has to succeed.
    await this.#tolerate(
      openJournal(options).then(async (journal) => {
        this.#journal = journal;
        journal.onDurable((position) => this.#tail?.advance(position));
        await journal.release(this.#stored_through);
      }),
    );
  }

  async #append({ count, bytes, wait }: Step & { step: 'append' }): Promise<void> {
    const journal = this.#journal;
    if (!journal) return;
    const appended = Array.from({ length: count }, async () => {
      this.last_number += 1;
      const number = this.last_number;
      await journal.append(recordOf(number, bytes));
      this.acknowledged.push(number);
      if (this.#options.disk.has_sync_failed)
        this.violations.push(`Number ${number} was acknowledged after a failed sync.`);
    });
    const settled = Promise.allSettled(appended);
    if (wait === 'settled') await settled;
    else for (let turn = 0; turn < wait; turn++) await new Promise(setImmediate);
  }

  /** Reads once, unless there is nothing to read. */
  async #store(): Promise<void> {
    const journal = this.#journal;
    if (!journal) return await this.#open();
    const { disk } = this.#options;
    this.#tail ??= openTail({
      folder: 'journal',
      from: this.#stored_through,
      body_bytes_max,
      retry_pauses_ms: patience_ms,
      files: disk.files(),
    });
    this.#tail.advance(journal.durable());
    this.#reading ??= this.#storeNext(journal, this.#tail);
    await Promise.race([this.#reading, this.#isCalm()]);
  }

  async #storeNext(journal: Journal, tail: JournalTail): Promise<void> {
    try {
      const records = (await tail.next(1)) ?? [];
      // What a process read that has ended since was never stored.
      if (tail !== this.#tail) return;
      this.#stored.push(...records.map(({ body }) => body.readUInt32LE(0)));
      this.#stored_through = records.at(-1)?.position ?? this.#stored_through;
      await this.#tolerate(journal.release(this.#stored_through));
    } catch {
      // The store process ends, and a new one begins where the store was.
      this.#tail = null;
    }
    if (journal === this.#journal) this.#reading = null;
  }

  /** Resolves when nothing has been asked of the disk for some turns of the event loop. */
  async #isCalm(): Promise<void> {
    const { disk } = this.#options;
    for (let calm_turns = 0, calls = disk.calls; calm_turns < 10; calm_turns++) {
      await new Promise(setImmediate);
      if (disk.calls !== calls) calm_turns = 0;
      calls = disk.calls;
    }
  }

  /** The disk fails on purpose; what counts is what becomes of the records. */
  async #tolerate(work: Promise<unknown> | undefined): Promise<void> {
    await Promise.allSettled([work]);
  }
}

function recordOf(number: number, bytes: number): RecordContent {
  const body = Buffer.alloc(Math.max(4, bytes), number % 251);
  body.writeUInt32LE(number, 0);
  return {
    signal: 'traces',
    encoding: 'identity',
    content_type: 'json',
    tenant: 'default',
    received_ms: 1,
    body,
  };
}
