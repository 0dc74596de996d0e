import { onTestFinished, vi } from 'vitest';
import type {
  EmbedRow,
  QueueName,
  RecordRows,
  SpanRows,
  Store,
  Work,
} from '../../../collector/src/stores/store.ts';
import { embeddingRow, modelCall, recordWith, scoreRow } from './rows.ts';

export function numberOf(row: { readonly span_id: string | null }): number {
  return Number.parseInt(String(row.span_id).slice(1), 16);
}

export function numbersOf(work: Work<QueueName> | null): number[] | undefined {
  return work?.rows.map(numberOf).sort((a, b) => a - b);
}

/** Spans that say how they were judged. */
export function judged(offset: number, ...calls: readonly SpanRows[]): RecordRows {
  const scores = calls.map(({ span: { trace_id, span_id, start_time } }) =>
    scoreRow(`score of ${span_id}`, { trace_id, span_id, time: start_time }),
  );
  return recordWith(offset, { spans: calls, scores });
}

/** Calls of one conversation, with their vectors. */
export function said(conversation_id: string, ...numbers: readonly number[]): SpanRows[] {
  return numbers.map((number) => {
    const call = modelCall(number, { conversation_id });
    return { ...call, embeddings: call.embeddings.map((row) => ({ ...row, conversation_id })) };
  });
}

export async function appendPairs(store: Store, count: number): Promise<void> {
  for (let batch = 1; batch <= count; batch++) {
    const calls = [modelCall(2 * batch - 1), modelCall(2 * batch)];
    await store.append({ records: [judged(batch * 100, ...calls)] });
  }
}

/** Works off all there is; gives the numbers of the spans, by portion. */
export async function drain(store: Store, queue: QueueName): Promise<number[][]> {
  const taken: number[][] = [];
  for (let work = await store.take(queue, 100); work; work = await store.take(queue, 100)) {
    taken.push(numbersOf(work) ?? []);
    await store.finish(work, []);
  }
  return taken;
}

/** The machine's clock goes on by so much until the test ends. */
export function passTime(time_ms: number): void {
  const now = Date.now;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + time_ms);
  onTestFinished(() => clock.mockRestore());
}

export function answer(row: EmbedRow) {
  return embeddingRow(0, {
    tenant: row.tenant,
    trace_id: row.trace_id,
    span_id: row.span_id,
    feature: 'embedding.user_message',
    time: row.time,
    text_hash: row.text_hash,
    slices: JSON.stringify(row.slices),
  });
}
