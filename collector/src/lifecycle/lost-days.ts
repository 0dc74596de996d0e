import type { DatabaseSync } from 'node:sqlite';
import { disk_files } from '../journal/files.ts';
import { listSegments } from '../journal/segments.ts';
import type { Log } from '../log.ts';
import type { Store } from '../stores/store.ts';

/** A day whose file was damaged or missing, and which was filled again from the journal. */
export interface RefilledDay {
  readonly day: string;
  readonly why: 'damaged' | 'missing';
  /** ISO 8601. */
  readonly found: string;
  /** ISO 8601: rows of the day that were received before this are lost. */
  readonly lost_before: string;
}

export interface LostDays {
  /** Looks for days that were lost since the last start, and says so loudly. Call it before the journal is read. */
  look(): Promise<void>;
  list(): readonly RefilledDay[];
}

export interface LostDaysParts {
  readonly control: DatabaseSync;
  readonly store: Pick<Store, 'files'>;
  readonly journal_folder: string;
  readonly now: () => number;
  readonly log: Log;
}

/** The journal reaches back to its oldest segment, whose number is the time at which it was begun. */
export function createLostDays({ control, store, journal_folder, now, log }: LostDaysParts): LostDays {
  control.exec(`CREATE TABLE IF NOT EXISTS lost_days (
    day TEXT NOT NULL, found_ms INTEGER NOT NULL, lost_before_ms INTEGER NOT NULL, PRIMARY KEY (day, found_ms)) STRICT`);
  const find = control.prepare('SELECT lost_before_ms FROM lost_days WHERE day = ? AND found_ms = ?');
  const insert = control.prepare('INSERT INTO lost_days VALUES (?, ?, ?)');
  const lostBefore = (day: string, found_ms: number) => {
    const row = find.get(day, found_ms);
    return row === undefined ? null : Number(row['lost_before_ms']);
  };

  return {
    async look() {
      for (const { day, why, found_ms } of store.files?.lostDays() ?? []) {
        if (lostBefore(day, found_ms) !== null) continue;
        const [oldest] = await listSegments(journal_folder, disk_files);
        const lost_before_ms = oldest?.number ?? now();
        insert.run(day, found_ms, lost_before_ms);
        log.error(
          { day, why, lost_before: isoTime(lost_before_ms) },
          'The file of a day was lost. It is filled again from the journal; rows received before it began are lost.',
        );
      }
    },
    list: () =>
      (store.files?.lostDays() ?? []).map(({ day, why, found_ms }) => ({
        day,
        why,
        found: isoTime(found_ms),
        lost_before: isoTime(lostBefore(day, found_ms) ?? found_ms),
      })),
  };
}

function isoTime(time_ms: number): string {
  return new Date(time_ms).toISOString();
}
