import type { Log } from '../../log.ts';
import { isDamage, isTrouble } from './damage.ts';
import type { DayFiles } from './day-files.ts';
import type { DaysOnRecord } from './days-on-record.ts';

export interface BrokenDaysParts {
  readonly files: DayFiles;
  readonly record: DaysOnRecord;
  readonly memory_bytes: number;
  /** Runs work while nothing is written. */
  write<T>(work: () => Promise<T>): Promise<T>;
  /** Told of a day that was condemned: the store must be opened again, which sets its file aside. */
  onBroken(day: string): void;
  readonly log: Log;
}

/** To be told how appends go. */
export interface BrokenDays {
  succeeded(): void;
  failed(error: unknown): void;
}

const failures_before_check = 3;
const pause_between_checks_ms = 3_600_000;

/**
 * Finds the day that keeps appends from succeeding. A file with broken pages can often be opened, and fails
 * where these are read; then nothing would ever be stored again. Files that only queries stumble over stay:
 * what of them can be read is worth more than an empty day.
 */
export function watchForBrokenDays(parts: BrokenDaysParts): BrokenDays {
  let failures = 0;
  let next_check_ms = 0;

  async function check(): Promise<void> {
    for (const day of parts.files.days()) {
      const error = await parts.write(() => readDay(parts, day));
      if (error === null) continue;
      parts.log.error({ day, error }, 'The file of a day is broken, so that nothing can be stored.');
      parts.record.condemn(day);
      parts.onBroken(day);
      return;
    }
  }

  return {
    succeeded() {
      failures = 0;
    },
    failed(error) {
      failures += 1;
      if (failures < failures_before_check || isTrouble(error) || Date.now() < next_check_ms) return;
      next_check_ms = Date.now() + pause_between_checks_ms;
      check().catch((cause: unknown) =>
        parts.log.error({ error: cause }, 'The files of the days could not be checked.'),
      );
    },
  };
}

/** Reads everything in the file of a day; gives the error that shows it to be broken, or null. */
async function readDay({ files, memory_bytes }: BrokenDaysParts, day: string): Promise<unknown> {
  if (!files.get(day)) return null;
  const reader = await files.writer.runAndReadAll(
    'SELECT table_name AS name FROM duckdb_tables() WHERE database_name = $day',
    { day },
  );
  for (const { name } of reader.getRowObjects()) {
    try {
      await files.writer.run(`SELECT max(hash(COLUMNS(*))) FROM "${day}".main.${String(name)}`);
    } catch (error) {
      if (isDamage(error) || asksForTooMuch(error, memory_bytes)) return error;
      throw error;
    }
  }
  return null;
}

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** A length read from a broken page makes DuckDB ask for memory no value of ours could need. */
function asksForTooMuch(error: unknown, memory_bytes: number): boolean {
  const asked = /failed to allocate data of size ([\d.]+) (\w+)/.exec(String(error));
  if (!asked) return false;
  return Number(asked[1]) * 1024 ** Math.max(0, units.indexOf(String(asked[2]))) > memory_bytes;
}
