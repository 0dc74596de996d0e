import fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparePositions, type RecordRows, type SpanRows } from '../../../collector/src/stores/store.ts';
import { type OpenStore, rowsOf, useStore } from './harness.ts';
import { day_us, inParts, modelCall, noon_us, recordAt } from './rows.ts';

/** What a store must hold after any history of batches, repeats and restarts, in a few lines. */
class Model {
  readonly spans = new Map<string, string>();
  readonly messages = new Set<string>();
  readonly versions = new Set<string>();
  position: RecordRows['position'] | null = null;

  append(records: readonly RecordRows[]): void {
    for (const { position, spans } of records) {
      if (this.position && comparePositions(position, this.position) <= 0) continue;
      for (const rows of spans) this.#store(rows);
      this.position = position;
    }
  }

  #store({ span, messages, versions }: SpanRows): void {
    const key = `${span.tenant}/${span.trace_id}/${span.span_id}`;
    if (this.spans.has(key)) return;
    this.spans.set(key, span.name);
    const day = Math.floor(span.start_time / day_us);
    for (const { tenant, message_hash } of messages) this.messages.add(`${day}/${tenant}/${message_hash}`);
    for (const { tenant, kind, name } of versions) this.versions.add(`${day}/${tenant}/${kind}/${name}`);
  }
}

// Few ids and few texts, so that duplicates are common. The same id has the same day.
const call = fc
  .record({ number: fc.nat(12), text: fc.nat(4), name: fc.nat(99), other: fc.boolean() })
  .map(({ number, text, name, other }) =>
    modelCall(number, {
      tenant: other ? 'other' : 'default',
      name: `name ${name}`,
      question: `question ${text}`,
      start_time: noon_us + (number % 3) * day_us + number,
    }),
  );
const journal = fc
  .array(fc.array(call, { maxLength: 4 }), { minLength: 1, maxLength: 12 })
  .map((records) => records.map((spans, index) => recordAt((index + 1) * 10, ...spans)));
const step = fc.record({ back: fc.nat(4), forward: fc.integer({ min: 1, max: 5 }), reopen: fc.boolean() });

export function historyTests(open: OpenStore): void {
  const under = useStore(open);

  test.each([1, 2, 3, 4, 5])('a random history stores everything once (%i)', async (seed) => {
    const [records, steps] = fc.sample(fc.tuple(journal, fc.array(step, { minLength: 8, maxLength: 16 })), {
      seed,
      numRuns: 1,
    })[0]!;
    const model = new Model();
    let next = 0;
    for (const { back, forward, reopen } of steps) {
      const start = Math.max(0, next - back);
      const whole = records.slice(start, next + forward);
      const before = model.spans.size;
      model.append(whole);
      const batch = { records: reopen ? whole : whole.flatMap(inParts) };
      expect((await under.store.append(batch)).stored).toBe(model.spans.size - before);
      next = Math.min(records.length, next + forward);
      if (reopen) await under.reopen();
      expect(await under.store.position()).toEqual(model.position);
    }
    const spans = await rowsOf(under.store, 'spans');
    const stored = spans.map((row) => [`${row['tenant']}/${row['trace_id']}/${row['span_id']}`, row['name']]);
    expect(stored.sort()).toEqual([...model.spans].sort());
    expect(await rowsOf(under.store, 'messages')).toHaveLength(model.messages.size);
    expect(await rowsOf(under.store, 'versions')).toHaveLength(model.versions.size);
    expect(await rowsOf(under.store, 'embeddings')).toHaveLength(model.spans.size);
    expect(await rowsOf(under.store, 'cost_lines')).toHaveLength(model.spans.size);
  });
}
