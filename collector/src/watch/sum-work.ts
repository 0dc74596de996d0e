import type { NewRow } from '../stores/schema.ts';
import { toCandidate } from '../stores/selection.ts';
import { earlier_max, type QueueName, type QueueRow, type Store, type Work } from '../stores/store.ts';
import type { Counter } from './counter.ts';
import type { WatchedFeatures } from './features.ts';
import type { Fits } from './fits.ts';
import { mapInTurns } from './in-turns.ts';
import { kindOf } from './kinds.ts';
import type { MeasuredUnits } from './measured-units.ts';
import { type Observation, unitKey } from './observation.ts';
import { observeEmbedding } from './observe-embeddings.ts';
import { observeEvaluation } from './observe-evaluation.ts';
import { observeSpan } from './observe-span.ts';
import type { OpenMinutes } from './open-minutes.ts';
import { type Sampling, selectionOf } from './sampling.ts';
import type { SlicesOf } from './slices.ts';
import type { StreamKey, Streams } from './streams.ts';
import { type Fault, sumUnits } from './sum-units.ts';
import type { Conversation, UnitsOf } from './units.ts';

/** Numbers in all sketches of one piece of work: 100 MB of them while it is done. */
const numbers_max = 12_500_000;

export interface SumParts {
  readonly store: Pick<Store, 'take' | 'finish'>;
  readonly streams: Streams;
  readonly fits: Fits;
  readonly open_minutes: Pick<OpenMinutes, 'touch'>;
  readonly slicesOf: SlicesOf;
  readonly unitsOf: UnitsOf;
  readonly measured: MeasuredUnits;
  readonly sampling: Sampling;
  readonly watched: WatchedFeatures;
  readonly rows_max: number;
  readonly skipped: Counter;
  /** Rows stored later than this may still be amended. */
  readonly settled_us: () => number;
}

export type SumQueue = Exclude<QueueName, 'embed'>;

/**
 * Sums one portion of what is not summed yet, for each stream, slice and minute; returns how many rows it took, 0
 * when none wait. Everything it writes before finishing the work may be written again.
 */
export async function sumWork(queue: SumQueue, parts: SumParts): Promise<number> {
  if (queue === 'measure' && !parts.watched.has_spans) return 0;
  if (queue === 'score' && !parts.watched.has_evaluations) return 0;
  const work = await parts.store.take(queue, parts.rows_max, {
    ...(queue !== 'sketch' && { before_us: parts.settled_us() }),
    selection: selectionOf(parts.sampling, queue),
  });
  if (work === null) return 0;
  // Counted when the work is done: the same work may be taken again.
  const faults: Fault[] = [];
  const seen = observe(work, parts, faults);
  const room = { numbers: numbers_max };
  const by_stream = [...Map.groupBy(seen.rows, streamName).values()];
  // Many streams may get their fit at once, each of which takes up to a second.
  const sketches = await mapInTurns(by_stream, (rows) =>
    sumStream(rows, { ...parts, ...seen, room, faults }),
  );
  await parts.store.finish(work, sketches.flat());
  parts.skipped.add('sampled_out', work.left_out);
  for (const { reason, count } of faults) parts.skipped.add(reason, count);
  return work.rows.length + work.left_out;
}

interface Seen {
  readonly rows: readonly Observation[];
  readonly earlier: ReadonlyMap<string, readonly Observation[]>;
  /** Whether more was worked off of a conversation, or a span, than was handed out. */
  isCut(value: Observation): boolean;
}

type AnyWork = Work<SumQueue>;
type SummedRow = QueueRow<SumQueue>;

/** Makes values of the rows; what is no value, is not watched or, of the earlier ones, not taken is left out. */
function observe(work: AnyWork, { watched, sampling }: SumParts, faults: Fault[]): Seen {
  const observeRow = (row: SummedRow, found_faults: Fault[]): Observation[] => {
    const probability = sampling.probability(work.queue, toCandidate(row));
    if (probability === null) return [];
    return valuesOf(row, watched, found_faults).map((value) => {
      const share = Math.min(probability, value.sampling_probability ?? 1);
      return { ...value, sampling_probability: share === 1 ? null : share };
    });
  };
  const rows = work.rows.flatMap((row) => observeRow(row, faults));
  // What is wrong with these was counted when they were new.
  const earlier = work.earlier.flatMap((row) => observeRow(row, []));
  const counts = countBy(work.earlier, subjectName);
  return {
    rows,
    earlier: Map.groupBy(earlier, unitOfStream),
    isCut: (value) => {
      const name = work.queue === 'sketch' ? subjectOfStream(value) : subjectName(value);
      return (counts.get(name) ?? 0) >= earlier_max;
    },
  };
}

function valuesOf(row: SummedRow, watched: WatchedFeatures, faults: Fault[]): Observation[] {
  if ('columns' in row) return observeSpan(row, watched);
  if ('score_id' in row) return observeEvaluation(row, watched);
  if (!watched.includes(row.feature)) return [];
  const seen = observeEmbedding(row);
  if (!('fault' in seen)) return [seen];
  faults.push({ reason: seen.fault, count: 1 });
  return [];
}

function countBy<Row>(rows: readonly Row[], nameOf: (row: Row) => string): Map<string, number> {
  const groups = Map.groupBy(rows, nameOf);
  return new Map([...groups].map(([name, group]) => [name, group.length]));
}

function streamName({ tenant, feature, encoder, dimension }: StreamKey): string {
  return JSON.stringify([tenant, feature, encoder, dimension]);
}

function unitOfStream(value: Observation): string {
  return JSON.stringify([streamName(value), unitKey(value)]);
}

/** By what a store counts the rows that were worked off before. */
function subjectName(row: SummedRow | Observation): string {
  if ('vector' in row) return subjectOfStream(row);
  return JSON.stringify([row.tenant, subjectOf(row)]);
}

function subjectOfStream(row: StreamKey & Subject): string {
  return JSON.stringify([streamName(row), subjectOf(row)]);
}

type Subject = Pick<QueueRow<'score'>, 'trace_id' | 'span_id' | 'conversation_id'>;

function subjectOf({ trace_id, span_id, conversation_id }: Subject): readonly (string | null)[] {
  return conversation_id === null ? [trace_id, span_id] : [conversation_id];
}

interface Summing extends SumParts, Seen {
  readonly room: { numbers: number };
  readonly faults: Fault[];
}

function sumStream(rows: readonly Observation[], summing: Summing): NewRow<'sketches'>[] {
  const { streams, fits, open_minutes, unitsOf, slicesOf, measured, room, faults } = summing;
  const kind = kindOf((rows[0] as Observation).feature);
  const stream = kind === null ? null : streams.open(rows[0] as Observation);
  if (kind === null || stream === null) {
    faults.push({ reason: kind === null ? 'no_such_kind' : 'too_many_streams', count: rows.length });
    return [];
  }
  const free = fits.collect(stream, rows);
  const fit = free.length > 0 ? streams.fitOf(stream) : null;
  if (fit === null) return [];
  open_minutes.touch(stream);
  const conversations = [...Map.groupBy(free, unitKey)].map(([unit_key, added]): Conversation => {
    const [first] = added as [Observation];
    const known = summing.earlier.get(unitOfStream(first)) ?? [];
    const before = known.filter((value) => value.ingest_time > (stream.begun_us ?? 0));
    return { unit_key, before, added, is_cut: summing.isCut(first) };
  });
  const units = unitsOf(stream, conversations);
  const late = units.filter(({ home_us }) => home_us < (stream.cursor_us ?? 0));
  faults.push({ reason: 'late', count: late.reduce((sum, { added }) => sum + added.length, 0) });
  return sumUnits(units, { kind, fit, stream, slicesOf, measured, room, faults });
}
