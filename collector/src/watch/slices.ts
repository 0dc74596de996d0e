import type { DatabaseSync } from 'node:sqlite';
import { guessLanguage } from '@sextant/detectors';
import { slice_columns } from '../stores/slices.ts';
import type { Slice, Stream } from './streams.ts';

const values_max = 20;
/** Slices of a stream, those of all columns together. */
const slices_max = 60;

/** What slices are made by: columns of the span, and what is found in its texts. */
const slice_keys = [...slice_columns, 'language'] as const;

/** A language is guessed from so much of a text. */
const language_characters = 1_000;

/** The slices of a span with the language of what was said, where something was. */
export function withLanguage(
  slices: Readonly<Record<string, string>>,
  text: string | null,
): Readonly<Record<string, string>> {
  return text === null || text === ''
    ? slices
    : { ...slices, language: guessLanguage(text.slice(0, language_characters)) };
}

/** Where everything is counted. */
export const whole: Slice = { slice_key: 'all', slice_value: 'all' };
const rest = 'other';

export function isWhole({ slice_key }: Slice): boolean {
  return slice_key === whole.slice_key;
}

/** `service=shop`. */
export function sliceName({ slice_key, slice_value }: Slice): string {
  return `${slice_key}=${slice_value}`;
}

/**
 * The slices a value belongs to: the whole, and one for each slice key it has a value of. The first twenty values
 * of a key have a slice each, as long as there is room in the stream; the others share one.
 */
export type SlicesOf = (stream: Stream, values: Readonly<Record<string, string>>) => Slice[];

export function createSlicesOf(database: DatabaseSync): SlicesOf {
  const has = database.prepare(`
    SELECT 1 FROM watch_slice_values
    WHERE stream_id = $stream_id AND slice_key = $slice_key AND slice_value = $slice_value`);
  const count = database.prepare(`
    SELECT count(*) AS total, count(*) FILTER (WHERE slice_key = $slice_key) AS of_key
    FROM watch_slice_values WHERE stream_id = $stream_id`);
  const insert = database.prepare(
    'INSERT INTO watch_slice_values VALUES ($stream_id, $slice_key, $slice_value)',
  );

  /** Written before the work is finished, so that the same work always falls into the same slices. */
  function keepsItsName(stream_id: number, slice: Slice): boolean {
    const row = { stream_id, ...slice };
    if (has.get(row) !== undefined) return true;
    const counts = count.get({ stream_id, slice_key: slice.slice_key });
    if (Number(counts?.['of_key']) >= values_max || Number(counts?.['total']) >= slices_max) return false;
    insert.run(row);
    return true;
  }

  return ({ stream_id }, values) => {
    const slices = slice_keys.flatMap((slice_key) => {
      const slice_value = values[slice_key];
      if (slice_value === undefined) return [];
      const slice = { slice_key, slice_value };
      return [keepsItsName(stream_id, slice) ? slice : { slice_key, slice_value: rest }];
    });
    return [whole, ...slices];
  };
}
