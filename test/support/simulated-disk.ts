import { basename } from 'node:path';
import type { DiskRoom, JournalFiles, ReadableFile, SegmentFile } from '../../collector/src/journal/files.ts';

/**
 * A disk with a page cache, in memory. Only what was synced is sure to survive a power cut; of the rest some
 * bytes do, in any order. Every call can be let fail, or be the last one of the process.
 */
export type CallName = keyof JournalFiles | 'write' | 'sync' | 'truncate' | 'close' | 'read' | 'fileSize';

export type Fault =
  /** The call does nothing, or a part of what it should, and rejects with the code. */
  | { readonly code: 'EIO' | 'ENOSPC' | 'EDQUOT' }
  /** The call does everything and rejects all the same. */
  | { readonly code: 'EIO'; readonly is_done: true }
  /** The process ends before the call, or after it, before it learns of its result. */
  | { readonly crash: 'before' | 'after' };

export interface Call {
  readonly index: number;
  readonly name: CallName;
}

type Change =
  | { readonly type: 'write'; readonly offset: number; readonly bytes: Buffer }
  | { readonly type: 'truncate'; readonly size: number };

interface SimulatedFile {
  /** What the process sees. Tests change it to damage the file. */
  cached: Buffer;
  /** What is on disk. */
  durable: Buffer;
  /** What is cached and not yet on disk. */
  dirty: Change[];
  /** Pages the disk cannot read. */
  readonly bad_pages: Set<number>;
}

const sector_bytes = 512;
const page_bytes = 4096;

export class SimulatedDisk {
  /** Asked before every call. */
  plan: (call: Call) => Fault | null = () => null;
  /** What the disk says of itself. */
  room: DiskRoom = { free_bytes: 1e12, total_bytes: 1e12 };
  /** Calls made so far. */
  calls = 0;
  /** Whether the sync of a file failed since the process began: from then on nothing may be acknowledged. */
  has_sync_failed = false;
  readonly #random: () => number;
  #files = new Map<string, SimulatedFile>();
  #durable_names = new Map<string, SimulatedFile>();
  #run = startRun();

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Resolves when the process ended within a call. */
  get crashed(): Promise<void> {
    return this.#run.ended;
  }

  get bytes(): number {
    return [...this.#files.values()].reduce((sum, file) => sum + file.cached.length, 0);
  }

  get names(): string[] {
    return [...this.#files.keys()].sort();
  }

  file(name: string): SimulatedFile {
    const file = this.#files.get(name);
    if (!file) throw new Error(`There is no ${name}.`);
    return file;
  }

  /** The process ends and a new one begins: the page cache stays. */
  kill(): void {
    this.#run.end();
    this.#run = startRun();
    this.has_sync_failed = false;
  }

  /** The machine loses power and starts again. */
  cutPower(): void {
    this.kill();
    for (const [name, file] of this.#files) if (this.#happens(0.5)) this.#durable_names.set(name, file);
    for (const name of this.#durable_names.keys())
      if (!this.#files.has(name) && this.#happens(0.5)) this.#durable_names.delete(name);
    for (const file of this.#durable_names.values()) this.#keepSome(file);
    this.#files = new Map(this.#durable_names);
  }

  /** The files for one process; when it is killed, its calls are never heard of again. */
  files(): JournalFiles {
    const run = this.#run;
    const call = this.#caller(run);
    return {
      createFolder: () => call('createFolder', () => undefined),
      list: () => call('list', () => this.names),
      size: (path) => call('size', () => this.#files.get(basename(path))?.cached.length ?? null),
      create: (path) => call('create', () => this.#create(basename(path), call)),
      open: (path) => call('open', () => this.#open(basename(path), call)),
      remove: (path) => call('remove', () => void this.#files.delete(basename(path))),
      syncFolder: () =>
        call('syncFolder', () => {
          this.#durable_names = new Map(this.#files);
        }),
      room: () => call('room', () => this.room),
    };
  }

  #create(name: string, call: Caller): SegmentFile {
    if (this.#files.has(name)) throw Object.assign(new Error(`${name} exists.`), { code: 'EEXIST' });
    const file: SimulatedFile = {
      cached: Buffer.alloc(0),
      durable: Buffer.alloc(0),
      dirty: [],
      bad_pages: new Set(),
    };
    this.#files.set(name, file);
    const change = (one: Change) => {
      file.cached = apply(file.cached, one);
      file.dirty.push(one);
    };
    return {
      write: (buffers, offset) => {
        // The buffers are copied: whoever writes may use them for something else afterwards.
        const bytes = Buffer.concat(buffers);
        const short = bytes.subarray(0, Math.floor(this.#random() * bytes.length));
        return call(
          'write',
          () => change({ type: 'write', offset, bytes }),
          () => change({ type: 'write', offset, bytes: short }),
        );
      },
      sync: async () => {
        const under_way = file.dirty.length;
        for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
        await call(
          'sync',
          () => {
            file.durable = file.dirty.slice(0, under_way).reduce(apply, file.durable);
            file.dirty = file.dirty.slice(under_way);
          },
          // As Linux does: what could not be written counts as clean, and the next sync knows nothing of it.
          () => this.#keepSome(file, file.cached),
        );
      },
      truncate: (size) => call('truncate', () => change({ type: 'truncate', size })),
      close: () => call('close', () => undefined),
    };
  }

  #open(name: string, call: Caller): ReadableFile | null {
    const file = this.#files.get(name);
    if (!file) return null;
    return {
      size: () => call('fileSize', () => file.cached.length),
      read: (buffer, offset) =>
        call('read', () => {
          const last_page = Math.floor((offset + buffer.length - 1) / page_bytes);
          for (let page = Math.floor(offset / page_bytes); page <= last_page; page++)
            if (file.bad_pages.has(page)) throw failure('EIO');
          return file.cached.copy(buffer, 0, offset);
        }),
      close: () => call('close', () => undefined),
    };
  }

  #caller(run: Run): Caller {
    return async (name, work, workPartly) => {
      await run.next();
      const fault = this.plan({ index: this.calls++, name });
      if (fault && 'crash' in fault) {
        if (fault.crash === 'after') work();
        run.end();
        return await new Promise(() => undefined);
      }
      if (!fault) return work();
      if (name === 'sync') this.has_sync_failed = true;
      if ('is_done' in fault) work();
      else workPartly?.();
      throw failure(fault.code);
    };
  }

  /** Some of what is dirty reaches the disk: what comes first, up to any byte, or any of the sectors. */
  #keepSome(file: SimulatedFile, cached?: Buffer): void {
    const ways = [
      () => [],
      () => file.dirty,
      () => this.#cutAnywhere(file.dirty),
      () => this.#dropSectors(file.dirty),
    ];
    const kept = (ways[Math.floor(this.#random() * ways.length)] as () => Change[])();
    file.durable = kept.reduce(apply, file.durable);
    file.dirty = [];
    file.cached = cached ?? file.durable;
  }

  #cutAnywhere(changes: readonly Change[]): Change[] {
    const whole = changes.slice(0, Math.floor(this.#random() * changes.length));
    const next = changes[whole.length];
    if (next?.type !== 'write') return whole;
    return [
      ...whole,
      { ...next, bytes: next.bytes.subarray(0, Math.floor(this.#random() * next.bytes.length)) },
    ];
  }

  #dropSectors(changes: readonly Change[]): Change[] {
    return changes.flatMap((change) => {
      if (change.type === 'truncate') return this.#happens(0.5) ? [change] : [];
      const sectors: Change[] = [];
      for (let start = 0; start < change.bytes.length; start += sector_bytes) {
        const bytes = change.bytes.subarray(start, start + sector_bytes);
        if (this.#happens(0.5)) sectors.push({ type: 'write', offset: change.offset + start, bytes });
      }
      return sectors;
    });
  }

  #happens(probability: number): boolean {
    return this.#random() < probability;
  }
}

type Caller = <T>(name: CallName, work: () => T, workPartly?: () => void) => Promise<T>;

interface Run {
  readonly ended: Promise<void>;
  end(): void;
  /** Resolves at the next turn of the event loop, and never when the process has ended. */
  next(): Promise<void>;
}

function startRun(): Run {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let is_over = false;
  return {
    ended,
    end() {
      is_over = true;
      resolve();
    },
    async next() {
      await new Promise(setImmediate);
      if (is_over) await new Promise(() => undefined);
    },
  };
}

function failure(code: string): Error {
  return Object.assign(new Error(`Simulated ${code}`), { code });
}

function apply(content: Buffer, change: Change): Buffer {
  if (change.type === 'truncate') {
    // Cutting off is what the journal does; a file that is shorter already stays as it is.
    return content.subarray(0, change.size);
  }
  const grown = Buffer.alloc(Math.max(content.length, change.offset + change.bytes.length));
  content.copy(grown);
  change.bytes.copy(grown, change.offset);
  return grown;
}
