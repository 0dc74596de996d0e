import { describe, expect, test } from 'vitest';
import type { Amendment, Row, Work } from '../../../collector/src/stores/store.ts';
import { everything, type OpenStore, rowsOf, useStore, valuesOf } from './harness.ts';
import {
  amendment,
  bare,
  day_us,
  embeddingRow,
  logRow,
  message,
  modelCall,
  noon_us,
  recordAt,
  recordWith,
  second_us,
  spanId,
  spanRow,
  traceId,
} from './rows.ts';

export interface AmendmentAbilities {
  /**
   * Whether spans that are stored can still be filled. Where they cannot, what comes after its span is found
   * through the rows of `logs` and the messages they point to.
   */
  readonly amends_stored_spans: boolean;
}

const midnight_us = noon_us + day_us / 2;

/** What log records say of a span finds its columns, whichever came first. */
export function amendmentTests(open: OpenStore, { amends_stored_spans }: AmendmentAbilities): void {
  const under = useStore(open);

  /** A model call that says nothing of what was asked and answered. */
  const silent = (number: number, fields: Parameters<typeof spanRow>[1] = {}) =>
    bare(spanRow(number, { operation: 'chat', is_leaf: true, service: 'shop', ...fields }));
  const said = (number: number) =>
    amendment(number, { question: `question ${number}`, answer: `answer ${number}` });
  const spans = (offset: number, ...rows: ReturnType<typeof bare>[]) => recordAt(offset, ...rows);
  const amends = (offset: number, ...amendments: Amendment[]) => recordWith(offset, { amendments });

  async function spanOf(number: number, tenant = 'default'): Promise<Row> {
    const ids = { tenant, trace_id: traceId(number), span_id: spanId(number) };
    const [row] = await under.store.query('span', ids);
    return row ?? {};
  }

  /** The texts a span shows, input then output; null where it has no messages. */
  async function shown(number: number, tenant = 'default'): Promise<(string | null)[]> {
    const span = await spanOf(number, tenant);
    const texts: (string | null)[] = [];
    for (const column of ['input_messages', 'output_messages']) {
      const hashes = (span[column] as string[] | null) ?? [];
      const rows = await under.store.query('messages', { tenant, hashes });
      texts.push(hashes.length === 0 ? null : rows.map((row) => String(row['text'])).join());
    }
    return texts;
  }

  const full = (number: number) => [`question ${number}`, `answer ${number}`];
  /** What a span shows that was stored before its amendment. */
  const late = (number: number) => (amends_stored_spans ? full(number) : [null, null]);

  describe('finds its span', () => {
    test('that comes later', async () => {
      await under.store.append({ records: [amends(100, said(1))] });
      expect(await under.store.append({ records: [spans(200, silent(1))] })).toEqual({
        stored: 1,
        duplicated: 0,
      });
      expect(await shown(1)).toEqual(full(1));
    });

    test('that comes in the same record, before it or behind it in the same batch', async () => {
      const both = recordWith(200, { spans: [silent(2)], amendments: [said(2)] });
      await under.store.append({
        records: [
          amends(100, said(1)),
          spans(150, silent(1)),
          both,
          spans(300, silent(3)),
          amends(400, said(3)),
        ],
      });
      for (const number of [1, 2, 3]) expect(await shown(number)).toEqual(full(number));
    });

    test('that is stored', async () => {
      await under.store.append({ records: [spans(100, silent(1), silent(2))] });
      await under.store.append({ records: [amends(200, said(1))] });
      expect(await shown(1)).toEqual(late(1));
      expect(await shown(2)).toEqual([null, null]);
      await under.reopen();
      expect(await shown(1)).toEqual(late(1));
    });

    test('after the store was opened again', async () => {
      await under.store.append({ records: [amends(100, said(1))] });
      await under.store.append({ records: [amends(200, said(2))] });
      await under.reopen();
      await under.store.append({ records: [spans(300, silent(1))] });
      await under.reopen();
      await under.store.append({ records: [spans(400, silent(2))] });
      expect([await shown(1), await shown(2)]).toEqual([full(1), full(2)]);
    });

    test('across midnight', async () => {
      const evening = { start_time: midnight_us - second_us };
      const morning = { question: 'q', answer: 'a', time: midnight_us + second_us };
      await under.store.append({ records: [amends(100, amendment(1, morning))] });
      await under.store.append({ records: [spans(200, silent(1, evening), silent(2, evening))] });
      await under.store.append({ records: [amends(300, amendment(2, morning))] });
      expect(await shown(1)).toEqual(['q', 'a']);
      expect(await shown(2)).toEqual(amends_stored_spans ? ['q', 'a'] : [null, null]);
    });

    test('in any number', async () => {
      const numbers = Array.from({ length: 300 }, (_, index) => index);
      await under.store.append({ records: [amends(100, ...numbers.map(said))] });
      await under.store.append({ records: [spans(200, ...numbers.map((number) => silent(number)))] });
      const stored = await rowsOf(under.store, 'spans');
      expect(stored).toHaveLength(300);
      for (const row of stored) {
        const number = Number(String(row['name']).slice('span '.length));
        expect(row).toMatchObject(said(number).columns);
      }
    });

    test('of its tenant only', async () => {
      const other = amendment(1, { question: 'secret question', answer: 'secret answer', tenant: 'other' });
      await under.store.append({ records: [amends(100, other)] });
      await under.store.append({ records: [spans(200, silent(1), silent(1, { tenant: 'other' }))] });
      expect(await shown(1)).toEqual([null, null]);
      expect(await shown(1, 'other')).toEqual(['secret question', 'secret answer']);
    });
  });

  describe('fills', () => {
    const columns = {
      finish_reasons: ['stop'],
      response_id: 'chatcmpl-1',
      response_model: 'gpt-4o-2024-08-06',
      conversation_id: 'c1',
    };

    test('every column it may', async () => {
      const rich = amendment(1, { question: 'question 1', answer: 'answer 1', columns });
      await under.store.append({ records: [amends(100, rich), spans(200, silent(1))] });
      expect(await spanOf(1)).toMatchObject({ ...columns, ...rich.columns });
    });

    test('only what the span left open', async () => {
      const own = modelCall(1, { response_id: 'own', conversation_id: null });
      const wrong = amendment(1, { question: 'another', answer: 'another', columns });
      await under.store.append({ records: [amends(100, wrong), spans(200, own)] });
      expect(await spanOf(1)).toMatchObject({
        input_messages: own.span.input_messages,
        output_messages: own.span.output_messages,
        response_id: 'own',
        response_model: 'gpt-4o-2024-08-06',
        conversation_id: 'c1',
      });
    });

    test.each(['before', 'after'] as const)(
      'what the first has not, from those that come %s the span',
      async (when) => {
        const some = [
          amends(200, amendment(1, { question: 'question 1' })),
          amends(300, amendment(1, { question: 'second', answer: 'answer 1' })),
          amends(400, amendment(1, { question: 'third', answer: 'third', columns: { response_id: 'r' } })),
        ];
        const span = spans(when === 'before' ? 900 : 100, silent(1));
        for (const record of when === 'before' ? [...some, span] : [span, ...some])
          await under.store.append({ records: [record] });
        const is_filled = when === 'before' || amends_stored_spans;
        expect(await shown(1)).toEqual(is_filled ? full(1) : [null, null]);
        expect((await spanOf(1))['response_id']).toBe(is_filled ? 'r' : null);
      },
    );

    test('the same once, however often it comes', async () => {
      const records = [amends(100, said(1)), spans(200, silent(1))];
      await under.store.append({ records });
      await under.store.append({ records });
      await under.store.append({ records: [...records, amends(300, said(1)), spans(400, silent(1))] });
      await under.reopen();
      await under.store.append({ records: [...records, amends(300, said(1)), spans(400, silent(1))] });
      expect(await shown(1)).toEqual(full(1));
      expect(await valuesOf(under.store, 'spans', 'name')).toEqual(['span 1']);
      expect(await valuesOf(under.store, 'messages', 'text')).toEqual(['answer 1', 'question 1']);
    });

    test('nothing else of the span', async () => {
      const fields = { user_id: 'ada', cost_usd: 0.5, input_tokens: 7, attributes: '{"a":1}' };
      await under.store.append({ records: [spans(100, silent(1, fields), silent(2, fields))] });
      const { ingest_time: stamped, ...before } = await spanOf(1);
      await under.store.append({ records: [amends(200, said(1))] });
      const { input_messages, output_messages, stored_time, ingest_time, ...after } = await spanOf(1);
      expect({ ...after, input_messages: null, output_messages: null, stored_time: null }).toEqual(before);
      expect(stored_time ?? ingest_time).toEqual(stamped);
      expect([input_messages, output_messages].flat().filter((hash) => hash !== null)).toHaveLength(
        amends_stored_spans ? 2 : 0,
      );
    });
  });

  describe('without a span', () => {
    const logs = [logRow(1, { input_messages: [message('user', 'question 1').message_hash] })];

    test('keeps its messages, and changes nothing else', async () => {
      const lonely = recordWith(100, { logs, amendments: [said(1)] });
      expect(await under.store.append({ records: [lonely] })).toEqual({ stored: 1, duplicated: 0 });
      await under.store.append({ records: [spans(200, silent(2))] });
      await under.reopen();
      expect(await valuesOf(under.store, 'messages', 'text')).toEqual(['answer 1', 'question 1']);
      expect(await valuesOf(under.store, 'spans', 'name')).toEqual(['span 2']);
      const [row] = await rowsOf(under.store, 'logs');
      const hashes = row?.['input_messages'] as string[];
      expect(await under.store.query('messages', { tenant: 'default', hashes })).toMatchObject([
        { text: 'question 1' },
      ]);
    });

    test('goes with its day', async () => {
      await under.store.append({ records: [recordWith(100, { logs, amendments: [said(1)] })] });
      await under.store.expire(noon_us + day_us);
      expect(await everything(under.store)).not.toContain('question 1');
    });
  });

  describe('the queue', () => {
    async function drain(): Promise<string[]> {
      const texts: string[] = [];
      for (
        let work = await under.store.take('embed', 100);
        work;
        work = await under.store.take('embed', 100)
      ) {
        texts.push(...work.rows.map((row) => row.text));
        await under.store.finish(work, answers(work));
      }
      return texts;
    }

    test('gets the message of a span that came later, once', async () => {
      await under.store.append({ records: [amends(100, said(1))] });
      expect(await drain()).toEqual([]);
      await under.store.append({ records: [spans(200, silent(1))] });
      expect(await drain()).toEqual(['question 1']);
      await under.store.append({ records: [amends(300, said(1)), spans(400, silent(1))] });
      await under.reopen();
      expect(await drain()).toEqual([]);
    });

    test('gets the message of a span that was stored, once', async () => {
      await under.store.append({ records: [spans(100, silent(1), modelCall(2))] });
      expect(await drain()).toEqual(['question 2']);
      await under.store.append({ records: [amends(200, said(1))] });
      expect(await drain()).toEqual(amends_stored_spans ? ['question 1'] : []);
      await under.store.append({ records: [amends(300, said(1), said(2))] });
      await under.reopen();
      expect(await drain()).toEqual([]);
    });

    test('gets it once also where the span still waits, with its answer coming apart', async () => {
      await under.store.append({ records: [spans(100, silent(1))] });
      await under.store.append({ records: [amends(200, amendment(1, { question: 'question 1' }))] });
      await under.store.append({ records: [amends(300, amendment(1, { answer: 'answer 1' }))] });
      expect(await drain()).toEqual(amends_stored_spans ? ['question 1'] : []);
      expect(await drain()).toEqual([]);
    });

    test('gets everything needed to embed it', async () => {
      const columns = { conversation_id: 'c1' };
      await under.store.append({ records: [amends(100, amendment(1, { question: 'question 1', columns }))] });
      await under.store.append({ records: [spans(200, silent(1, { prompt_version: 'v2' }))] });
      const work = await under.store.take('embed', 10);
      expect(work?.rows).toEqual([
        {
          tenant: 'default',
          trace_id: traceId(1),
          span_id: spanId(1),
          conversation_id: 'c1',
          time: noon_us + second_us,
          ingest_time: expect.any(Number),
          text_hash: message('user', 'question 1').message_hash,
          text: 'question 1',
          output_hash: null,
          output_text: null,
          slices: { service: 'shop', prompt_version: 'v2' },
        },
      ]);
    });
  });

  describe('is erased', () => {
    const conversation = { conversation_id: 'secret conversation' };
    const secret = (number: number) => {
      const waiting = amendment(number, { question: 'secret question', answer: 'secret answer' });
      const pointers = waiting.columns as Pick<typeof waiting.columns, 'input_messages' | 'output_messages'>;
      const body = { body: '"secret log"', attributes: '{"secret":"attribute"}' };
      return { logs: [logRow(number, { ...body, ...pointers })], amendments: [waiting] };
    };

    test.each([
      ['its trace', { trace_id: traceId(1) }],
      ['a conversation', conversation],
    ])('with %s', async (_, selector) => {
      await under.store.append({
        records: [recordWith(100, secret(1)), spans(200, silent(1, conversation))],
      });
      await under.store.append({
        records: [spans(300, modelCall(2)), recordWith(400, { logs: [logRow(2)] })],
      });
      await under.store.erase({ tenant: 'default', ...selector });
      await under.reopen();
      expect(await everything(under.store)).not.toContain('secret');
      expect(await valuesOf(under.store, 'spans', 'name')).toEqual(['span 2']);
      expect(await valuesOf(under.store, 'messages', 'text')).toEqual(['answer 2', 'question 2']);
      expect(await rowsOf(under.store, 'logs')).toHaveLength(1);
    });

    test('with its trace while it waits for its span', async () => {
      await under.store.append({ records: [recordWith(100, secret(1)), amends(150, said(2))] });
      await under.store.erase({ tenant: 'default', trace_id: traceId(1) });
      expect(await everything(under.store)).not.toContain('secret');
      await under.store.append({ records: [spans(200, silent(1), silent(2))] });
      expect(await shown(1)).toEqual([null, null]);
      expect(await shown(2)).toEqual(full(2));
    });

    test('but not what others point to', async () => {
      const shared = { question: 'shared question' };
      await under.store.append({
        records: [amends(100, amendment(1, shared), amendment(2, shared)), spans(200, silent(1), silent(2))],
      });
      await under.store.erase({ tenant: 'default', trace_id: traceId(1) });
      expect(await shown(2)).toEqual(['shared question', null]);
    });
  });
}

function answers(work: Work<'embed'>) {
  return work.rows.map(({ tenant, trace_id, span_id, time, text_hash }) =>
    embeddingRow(0, { tenant, trace_id, span_id, time, text_hash, feature: 'embedding.user_message' }),
  );
}
