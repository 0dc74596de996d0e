import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '../sqlite-transaction.ts';
import { minuteOf, type Observation } from './observation.ts';
import type { Stream } from './streams.ts';

/** A unit is the mean of its values, so each value more measures it anew; a longer conversation counts twice. */
const values_max = 32;

/** A conversation, or a part of one, as it grows: counted in the minute it begins in. */
export interface Unit {
  /** Start of the minute its sums belong to. */
  readonly home_us: number;
  /** Values that were summed before. */
  readonly before: readonly Observation[];
  readonly added: Observation[];
}

export interface Conversation {
  readonly unit_key: string;
  /** What was worked off before, as far as it was handed out with the work. */
  readonly before: readonly Observation[];
  /** Whether there was more than that. */
  readonly is_cut: boolean;
  readonly added: readonly Observation[];
}

/**
 * The units that values are added to. A value belongs to the unit its conversation has open; where the window of
 * that is closed, or it is full, the conversation counts anew from this value on. That is noted before the work is
 * finished, and the cursor does not move in between, so that the same work always gives the same units.
 */
export type UnitsOf = (stream: Stream, conversations: readonly Conversation[]) => Unit[];

export function createUnits(database: DatabaseSync): UnitsOf {
  const find = database.prepare(`
    SELECT value_key, home_us FROM watch_units WHERE stream_id = $stream_id AND unit_key = $unit_key`);
  const insert = database.prepare(`
    INSERT OR IGNORE INTO watch_units VALUES ($stream_id, $unit_key, $value_key, $home_us)`);

  /** The unit that is open after what was worked off before. */
  function openUnit(stream_id: number, { unit_key, before, is_cut }: Conversation): Unit | null {
    if (before.length === 0) return null;
    const homes = new Map(
      find.all({ stream_id, unit_key }).map((row) => [String(row['value_key']), Number(row['home_us'])]),
    );
    const start = before.findLastIndex(({ value_key }) => homes.has(value_key));
    if (start < 0 && is_cut) return null;
    const members = before.slice(Math.max(start, 0));
    const [first] = members as [Observation];
    return { home_us: homes.get(first.value_key) ?? minuteOf(first.time), before: members, added: [] };
  }

  /** The units of one conversation, and from which values on it counted anew. */
  function unitsOfOne({ stream_id, cursor_us }: Stream, conversation: Conversation) {
    const units: Unit[] = [];
    const begun: Observation[] = [];
    let open = openUnit(stream_id, conversation);
    for (const value of conversation.added) {
      if (open === null || open.home_us < (cursor_us ?? 0) || sizeOf(open) >= values_max) {
        const is_first = conversation.before.length === 0 && units.length === 0;
        if (!is_first) begun.push(value);
        open = { home_us: minuteOf(value.time), before: [], added: [] };
      }
      if (open.added.length === 0) units.push(open);
      open.added.push(value);
    }
    return { units, begun };
  }

  return (stream, conversations) => {
    const { stream_id } = stream;
    const found = conversations.map((conversation) => ({
      conversation,
      ...unitsOfOne(stream, conversation),
    }));
    const rows = found.flatMap(({ conversation: { unit_key }, begun }) =>
      begun.map(({ value_key, time }) => ({ stream_id, unit_key, value_key, home_us: minuteOf(time) })),
    );
    if (rows.length > 0) {
      transaction(database, () => {
        for (const row of rows) insert.run(row);
      });
    }
    return found.flatMap(({ units }) => units);
  };
}

function sizeOf({ before, added }: Unit): number {
  return before.length + added.length;
}
