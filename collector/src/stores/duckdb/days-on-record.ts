import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '../../sqlite-transaction.ts';
import { comparePositions, type LostDay, type Position } from '../store.ts';

/**
 * What the control database knows of the day files: which there should be, which were lost, and from where the
 * journal needs to be read.
 *
 * The files know exactly what they hold; the position is only a hint, and may lag behind after a crash. When a
 * file is lost, the hint goes in the same transaction: the journal is then read from its oldest segment, the new
 * file takes all that is its own, and the other files pass over what they have.
 */
export interface DaysOnRecord {
  position(): Position | null;
  /** A position before the one that is noted changes nothing. */
  setPosition(position: Position): void;
  /** Notes a file that was made. */
  add(day: string): void;
  /** Forgets a file; call it before the file goes. */
  remove(day: string): void;
  /** Notes that the rows of a day are lost; call it before anything takes the place of the file. */
  lose(day: string, why: LostDay['why']): void;
  /** Marks a file to be set aside before it is opened again. */
  condemn(day: string): void;
  isCondemned(day: string): boolean;
  /** Compares the record with the files that are there: what is missing is lost. */
  compare(days: readonly string[]): void;
  /** Days that were lost and have not expired since, newest first. */
  lost(): LostDay[];
  forgetLost(before_day: string): void;
}

export function openDaysOnRecord(control: DatabaseSync, now: () => number): DaysOnRecord {
  control.exec(tables);
  const statements = prepare(control);

  function position(): Position | null {
    const row = statements.position.get();
    return row ? { segment: Number(row['segment']), offset: Number(row['place']) } : null;
  }

  function lose(day: string, why: LostDay['why']): void {
    transaction(control, () => {
      statements.drop_position.run();
      statements.remove.run(day);
      statements.spare.run(day);
      statements.lose.run(day, why, now());
    });
  }

  return {
    position,
    setPosition(next) {
      const current = position();
      if (current && comparePositions(next, current) <= 0) return;
      const { segment, offset } = next;
      (current ? statements.move_position : statements.set_position).run(segment, offset);
    },
    add: (day) => void statements.add.run(day),
    remove: (day) => void statements.remove.run(day),
    lose,
    condemn: (day) => void statements.condemn.run(day),
    isCondemned: (day) => statements.is_condemned.get(day) !== undefined,
    compare(days) {
      for (const { day } of statements.days.all()) {
        if (!days.includes(String(day))) lose(String(day), 'missing');
      }
      transaction(control, () => {
        for (const day of days) statements.add.run(day);
      });
    },
    lost: () => statements.lost.all().map((row) => ({ ...row }) as unknown as LostDay),
    forgetLost: (before_day) => void statements.forget_lost.run(before_day),
  };
}

const tables = `
  CREATE TABLE IF NOT EXISTS store_position (segment INTEGER NOT NULL, place INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS store_days (day TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS store_condemned_days (day TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS store_lost_days (
    day TEXT PRIMARY KEY, why TEXT NOT NULL, found_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

function prepare(control: DatabaseSync) {
  return {
    position: control.prepare('SELECT segment, place FROM store_position'),
    set_position: control.prepare('INSERT INTO store_position (segment, place) VALUES (?, ?)'),
    move_position: control.prepare('UPDATE store_position SET segment = ?, place = ?'),
    drop_position: control.prepare('DELETE FROM store_position'),
    days: control.prepare('SELECT day FROM store_days'),
    add: control.prepare('INSERT OR IGNORE INTO store_days (day) VALUES (?)'),
    remove: control.prepare('DELETE FROM store_days WHERE day = ?'),
    condemn: control.prepare('INSERT OR IGNORE INTO store_condemned_days (day) VALUES (?)'),
    spare: control.prepare('DELETE FROM store_condemned_days WHERE day = ?'),
    is_condemned: control.prepare('SELECT 1 FROM store_condemned_days WHERE day = ?'),
    lose: control.prepare('INSERT OR REPLACE INTO store_lost_days (day, why, found_ms) VALUES (?, ?, ?)'),
    lost: control.prepare('SELECT day, why, found_ms FROM store_lost_days ORDER BY day DESC'),
    forget_lost: control.prepare('DELETE FROM store_lost_days WHERE day < ?'),
  };
}
