import type { NewRow } from '../../../../collector/src/stores/schema.ts';
import { everything, selectRows } from '../../../../collector/src/stores/selection.ts';
import {
  type EmbedRow,
  type EvaluationRow,
  earlier_max,
  type MeasureRow,
  type QueueName,
  type QueueResult,
  type SketchRow,
  type Store,
  type TakeOptions,
  type Work,
} from '../../../../collector/src/stores/store.ts';

/** When everything arrived: after the times of all rows of the tests. */
export const memory_arrival_us = 1e15;

/** The part of a store the watch uses, in memory: quick enough to be run hundreds of times. */
export interface MemoryStore extends Pick<Store, 'take' | 'finish' | 'insert' | 'query'> {
  /** One ingest batch of messages. */
  addMessages(rows: readonly EmbedRow[]): void;
  /** One ingest batch of vectors that came on spans. */
  addEmbeddings(rows: readonly NewRow<'embeddings'>[]): void;
  /** One ingest batch of spans. */
  addSpans(rows: readonly MeasureRow[]): void;
  /** One ingest batch of evaluations. */
  addEvaluations(rows: readonly EvaluationRow[]): void;
  readonly sketches: readonly NewRow<'sketches'>[];
  readonly scores: readonly NewRow<'scores'>[];
}

export function createMemoryStore(): MemoryStore {
  const messages: EmbedRow[][] = [];
  const embeddings: SketchRow[][] = [];
  const spans: MeasureRow[][] = [];
  const evaluations: EvaluationRow[][] = [];
  const sketches: NewRow<'sketches'>[] = [];
  const scores: NewRow<'scores'>[] = [];
  const queues = { embed: messages, sketch: embeddings, measure: spans, score: evaluations };
  const done: Record<QueueName, number> = { embed: 0, sketch: 0, measure: 0, score: 0 };
  const storeEmbeddings = (rows: readonly NewRow<'embeddings'>[]) =>
    void embeddings.push(rows.map((row) => ({ ...row, ingest_time: embeddings.length + 1 })));

  return {
    sketches,
    scores,
    addMessages: (rows) => void messages.push([...rows]),
    addEmbeddings: storeEmbeddings,
    addSpans: (rows) => void spans.push([...rows]),
    addEvaluations: (rows) => void evaluations.push([...rows]),
    async take<Name extends QueueName>(
      queue: Name,
      _rows_max: number,
      { selection = everything }: TakeOptions = {},
    ): Promise<Work<Name> | null> {
      const all = queues[queue][done[queue]];
      if (!all) return null;
      const mark = String(done[queue]);
      const batch = selectRows<object>(all, { mark, selection });
      const before = queue === 'embed' ? [] : queues[queue].slice(0, done[queue]).flat();
      const earlier = earlierOf(before as SketchRow[], batch as readonly SketchRow[]);
      const left_out = all.length - batch.length;
      return { queue, mark, rows: batch, left_out, earlier } as unknown as Work<Name>;
    },
    async finish<Name extends QueueName>(work: Work<Name>, results: readonly QueueResult<Name>[]) {
      if (Number(work.mark) < done[work.queue]) return;
      done[work.queue] += 1;
      if (work.queue !== 'embed') sketches.push(...(results as readonly NewRow<'sketches'>[]));
      else if (results.length > 0) storeEmbeddings(results as readonly NewRow<'embeddings'>[]);
    },
    async insert(table, rows) {
      if (table === 'scores') scores.push(...(rows as readonly NewRow<'scores'>[]));
    },
    async query(name, parameters) {
      const from_us = Number(parameters['from_us'] ?? 0);
      const to_us = Number(parameters['to_us'] ?? Infinity);
      const within = (time: number) => time >= from_us && time < to_us;
      const of_stream = sketches.filter(({ tenant, feature, sketch_id, minute }) => {
        const is_asked = tenant === parameters['tenant'] && feature === parameters['feature'];
        return is_asked && sketch_id === parameters['sketch_id'] && within(minute);
      });
      if (name === 'sketch_minutes') return minutesOf(of_stream);
      if (name === 'sketch_sums') return sumsOf(of_stream);
      if (name === 'vector_features') return embeddings.flat().filter(({ time }) => within(time));
      if (name === 'vectors') return embeddings.flat().filter(({ time }) => within(time));
      if (name === 'span_features') {
        const found = spans.flat().filter(({ time }) => within(time));
        return found.map((row) => ({ ...row, ...row.slices, ...row.columns }));
      }
      if (name === 'evaluations') {
        const found = evaluations.flat().filter(({ time }) => within(time));
        return found.map((row) => ({ ...row, ...row.slices }));
      }
      throw new Error(`There is no query ${name}.`);
    },
  };
}

/** The last rows of each conversation of the batch, by brute force. */
function earlierOf(before: readonly SketchRow[], batch: readonly SketchRow[]): SketchRow[] {
  const conversationOf = ({ tenant, feature, encoder, dimension, conversation_id, time }: SketchRow) =>
    JSON.stringify([tenant, feature, encoder, dimension, conversation_id, Math.floor(time / 86_400_000_000)]);
  const wanted = new Set(batch.filter((row) => row.conversation_id !== null).map(conversationOf));
  const found = before.filter((row) => wanted.has(conversationOf(row)));
  return found.filter((row, place) => {
    const later = found.slice(place + 1).filter((other) => conversationOf(other) === conversationOf(row));
    return later.length < earlier_max;
  });
}

function minutesOf(rows: readonly NewRow<'sketches'>[]) {
  const whole = rows.filter(({ slice_key }) => slice_key === 'all');
  return [...Map.groupBy(whole, ({ minute }) => minute)]
    .map(([minute, group]) => ({
      minute,
      count: group.reduce((sum, row) => sum + row.count, 0),
      arrived: memory_arrival_us,
    }))
    .sort((a, b) => a.minute - b.minute);
}

function sumsOf(rows: readonly NewRow<'sketches'>[]) {
  const slices = Map.groupBy(rows, ({ slice_key, slice_value }) => `${slice_key}=${slice_value}`);
  return [...slices.values()].map((group) => ({
    slice_key: group[0]?.slice_key,
    slice_value: group[0]?.slice_value,
    count: group.reduce((sum, row) => sum + row.count, 0),
    sums: Array.from(group[0]?.sums ?? [], (_, i) =>
      group.reduce((sum, row) => sum + (row.sums[i] as number), 0),
    ),
  }));
}
