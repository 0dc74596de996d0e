import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openDuckDbStore } from '../../../../collector/src/stores/duckdb/store.ts';
import type { NewRow } from '../../../../collector/src/stores/schema.ts';
import type { Store } from '../../../../collector/src/stores/store.ts';
import { rowsOf, valuesOf } from '../../../contracts/store/harness.ts';
import {
  alertRow,
  bare,
  day_us,
  message,
  modelCall,
  no_rows,
  noon_us,
  recordAt,
  spanRow,
  traceId,
} from '../../../contracts/store/rows.ts';
import { temporaryFolder } from '../../../support/folder.ts';
import { recordingLog } from '../../../support/log.ts';
import { filesHolding } from '../../../support/raw-files.ts';

const tenant = 'default';
// Long enough to be compressed, were it not for its rare letters: what is looked for stands in the file as it is.
const secret = 'zyzzyva-quokka-secret';
let folder: string;
let control: DatabaseSync;
let store: Store;

const open = async () => {
  store = await openDuckDbStore({
    folder: join(folder, 'days'),
    memory_bytes: 2 ** 28,
    log: recordingLog(),
    control,
    query_timeout_ms: 10_000,
    deduplication_hours: 0,
  });
};

beforeEach(async () => {
  folder = temporaryFolder();
  control = new DatabaseSync(join(folder, 'control.sqlite'));
  await open();
  onTestFinished(async () => {
    await store.close().catch(() => undefined);
    control.close();
  });
});

function logRow(number: number, fields: Partial<NewRow<'logs'>>): NewRow<'logs'> {
  return {
    ...{ tenant, time: noon_us + number, observed_time: null, trace_id: null, span_id: null, service: null },
    ...{ severity_number: null, severity_text: null, event_name: null, body: `"log ${number}"` },
    ...{ input_messages: null, output_messages: null, attributes: '{}', resource: '{}', ...fields },
  };
}

describe('erasing', () => {
  it('leaves nothing in the bytes of any file, before and after the files were written out', async () => {
    const mine = modelCall(1, {
      user_id: 'ada',
      question: `${secret} asked`,
      attributes: `{"note":"${secret}"}`,
    });
    await store.append({ records: [recordAt(100, mine, modelCall(2, { question: 'kept question' }))] });
    // In the log of the file first, then in the file itself.
    for (const _ of ['log', 'file']) {
      expect(filesHolding(folder, secret)).not.toEqual([]);
      await store.close();
      await open();
    }
    expect(filesHolding(folder, secret)).toEqual(['days/2025-03-10.duckdb']);
    expect(await store.erase({ tenant, user_id: 'ada' })).toMatchObject({ spans: 1, messages: 2 });
    expect(filesHolding(folder, secret)).toEqual([]);
    expect(filesHolding(folder, 'kept question')).not.toEqual([]);
    expect(readdirSync(join(folder, 'days')).filter((name) => !name.startsWith('2025-03-10.duckdb'))).toEqual(
      [],
    );
    await store.close();
    await open();
    expect(await valuesOf(store, 'messages', 'text')).toEqual(['answer 2', 'kept question']);
    // The place in the journal and the queues came along.
    expect(await store.position()).toEqual({ segment: 1, offset: 100 });
    expect((await store.append({ records: [recordAt(100, modelCall(2))] })).stored).toBe(0);
  });

  it('takes what was written a moment ago and is in the log only', async () => {
    await store.append({
      records: [recordAt(100, modelCall(1, { user_id: 'ada', question: secret }), modelCall(2))],
    });
    await store.erase({ tenant, user_id: 'ada' });
    expect(filesHolding(folder, secret)).toEqual([]);
    expect(await valuesOf(store, 'spans', 'name')).toEqual(['span 2']);
  });

  it('takes spans that do not name the user, below one that does and in a trace of nobody else', async () => {
    const trace_id = traceId(1);
    const ids = [11, 12, 13, 14, 15].map((number) => spanRow(number).span_id) as [
      string,
      string,
      string,
      string,
      string,
    ];
    const [root, agent, call, foreign, below_foreign] = ids;
    const row = (number: number, fields: Partial<NewRow<'spans'>>) =>
      bare(spanRow(number, { trace_id, ...fields }));
    await store.append({
      records: [
        recordAt(
          100,
          row(11, { span_id: root }),
          row(12, { span_id: agent, parent_span_id: root, user_id: 'ada' }),
          // The next day: a trace may cross midnight.
          row(13, { span_id: call, parent_span_id: agent, start_time: noon_us + day_us }),
          row(14, { span_id: foreign, parent_span_id: root, user_id: 'bob' }),
          row(15, { span_id: below_foreign, parent_span_id: foreign }),
        ),
      ],
    });
    expect(await store.erase({ tenant, user_id: 'ada' })).toEqual({ spans: 2 });
    expect(await valuesOf(store, 'spans', 'name')).toEqual(['span 11', 'span 14', 'span 15']);
    // Now the trace names bob alone, so all of it is his.
    expect(await store.erase({ tenant, user_id: 'bob' })).toEqual({ spans: 3 });
    expect(await rowsOf(store, 'spans')).toEqual([]);
  });

  it('takes log records of the spans and of the user, scores and waiting amendments', async () => {
    const call = modelCall(1, { user_id: 'ada' });
    const { trace_id, span_id } = call.span;
    const score = {
      ...{ tenant, score_id: 'one', time: noon_us, name: 'helpful', source: 'human', trace_id, span_id },
      ...{ feature: null, slice_key: null, slice_value: null, window_start: null, window_end: null },
      ...{ value: 1, label: null, explanation: secret, details: null },
    };
    const kept_text = message('user', 'text of a log record');
    await store.append({
      records: [
        {
          ...recordAt(100, call, modelCall(2)),
          logs: [
            logRow(1, { trace_id, span_id, time: noon_us + day_us, body: `"${secret}"` }),
            logRow(2, { trace_id, span_id: null, body: `"${secret}"` }),
            logRow(3, { attributes: JSON.stringify({ 'user.id': 'ada', note: secret }) }),
            logRow(4, { resource: JSON.stringify({ 'enduser.id': 'ada', note: secret }) }),
            logRow(5, {
              attributes: JSON.stringify({ 'user.id': 'bob' }),
              input_messages: [kept_text.message_hash],
            }),
          ],
          scores: [score],
          amendments: [
            // Waits on the day of its record for a span that will never come.
            {
              ...{ tenant, trace_id, span_id: 'c'.repeat(16), time: noon_us + day_us },
              columns: { response_id: secret },
              messages: [],
            },
            {
              ...{ tenant, trace_id: traceId(9), span_id: 'd'.repeat(16), time: noon_us },
              columns: {},
              messages: [kept_text],
            },
          ],
        },
      ],
    });
    expect(await store.erase({ tenant, user_id: 'ada' })).toMatchObject({
      spans: 1,
      logs: 4,
      scores: 1,
      amendments: 1,
    });
    expect(await valuesOf(store, 'logs', 'body')).toEqual(['"log 5"']);
    expect(await valuesOf(store, 'messages', 'text')).toEqual([
      'answer 2',
      'question 2',
      'text of a log record',
    ]);
    expect(filesHolding(folder, secret)).toEqual([]);
  });

  it('keeps a version that another span names, with that span', async () => {
    const versions = { prompt_name: 'greet', prompt_version: '2' };
    const named = (number: number) => {
      const { span } = modelCall(number, {
        ...versions,
        ...(number === 1 ? { user_id: 'ada', tool_version: '7' } : {}),
      });
      const { trace_id, span_id, start_time: first_time } = span;
      const row = { tenant, first_time, trace_id, span_id };
      const own = number === 1 ? [{ ...row, kind: 'tool', name: 'unnamed', version: '7' }] : [];
      return { ...bare(span), versions: [{ ...row, kind: 'prompt', name: 'greet', version: '2' }, ...own] };
    };
    await store.append({ records: [recordAt(100, named(1), named(2), named(3))] });
    expect(await store.erase({ tenant, user_id: 'ada' })).toEqual({ spans: 1, versions: 1 });
    expect(await rowsOf(store, 'versions')).toMatchObject([
      { kind: 'prompt', version: '2', span_id: spanRow(2).span_id, first_time: '2025-03-10T12:00:02.000Z' },
    ]);
  });

  it('counts without removing', async () => {
    await store.append({ records: [recordAt(100, modelCall(1, { user_id: 'ada' }), modelCall(2))] });
    const counts = await store.erase({ tenant, user_id: 'ada' }, { dry_run: true });
    expect(counts).toEqual({ cost_lines: 1, embeddings: 1, messages: 2, spans: 1, versions: 1 });
    expect(await rowsOf(store, 'spans')).toHaveLength(2);
    expect(await store.erase({ tenant, user_id: 'ada' })).toEqual(counts);
  });

  it('goes on where it was interrupted, also on days that tell nothing by themselves', async () => {
    const call = modelCall(1, { user_id: 'ada', question: secret });
    const { trace_id, span_id } = call.span;
    const later = logRow(1, { trace_id, span_id, time: noon_us - day_us, body: `"${secret}"` });
    await store.append({ records: [{ ...no_rows, ...recordAt(100, call, modelCall(2)), logs: [later] }] });
    // The newest day comes first: after it nothing but the log record is left, which does not name the user.
    const { DayFiles } = await import('../../../../collector/src/stores/duckdb/day-files.ts');
    const replace = DayFiles.prototype.replace;
    let replaced = 0;
    const spy = vi.spyOn(DayFiles.prototype, 'replace').mockImplementation(async function (
      this: never,
      ...given
    ) {
      replaced += 1;
      if (replaced === 2) throw new Error('The power went.');
      await replace.apply(this, given);
    });
    onTestFinished(() => spy.mockRestore());
    await expect(store.erase({ tenant, user_id: 'ada' })).rejects.toThrow('The power went.');
    spy.mockRestore();
    expect(await valuesOf(store, 'spans', 'name')).toEqual(['span 2']);
    expect(await rowsOf(store, 'logs')).toHaveLength(1);
    await store.close();
    await open();
    expect(await store.erase({ tenant, user_id: 'ada' })).toEqual({ logs: 1 });
    expect(filesHolding(folder, secret)).toEqual([]);
  });

  it('keeps what is stored on the same day while its file is written anew', async () => {
    const mine = modelCall(1, { user_id: 'ada', question: secret });
    const others = Array.from({ length: 2_000 }, (_, at) => modelCall(at + 2));
    await store.append({ records: [recordAt(100, mine, ...others)] });
    const erasing = store.erase({ tenant, user_id: 'ada' });
    for (let batch = 0; batch < 20; batch++) {
      await store.append({ records: [recordAt(200 + batch, modelCall(10_000 + batch))] });
      await store.insert('alerts', [alertRow(`alert ${batch}`)]);
    }
    expect(await erasing).toMatchObject({ spans: 1 });
    const count = async (table: string) =>
      (await store.sql(`SELECT count(*) AS n FROM ${table}`, { tenant, rows_max: 1, timeout_ms: 10_000 }))
        .rows;
    expect(await count('spans')).toEqual([{ n: 2_020 }]);
    expect(await count('alerts')).toEqual([{ n: 20 }]);
    await store.close();
    await open();
    expect(await count('spans')).toEqual([{ n: 2_020 }]);
    expect(filesHolding(folder, secret)).toEqual([]);
    // What was there is still known.
    expect((await store.append({ records: [recordAt(900, modelCall(10_005), modelCall(5))] })).stored).toBe(
      0,
    );
  });

  it('lets queries through while a file changes places, those that were not read to the end as well', async () => {
    await store.append({
      records: [recordAt(100, ...Array.from({ length: 3_000 }, (_, at) => modelCall(at + 1)))],
    });
    const limits = { tenant, rows_max: 10, timeout_ms: 10_000 };
    // More rows than are taken: the result stays open.
    const cut = await store.sql('SELECT * FROM spans', limits);
    expect(cut.truncated).toBe(true);
    const answers = Promise.all(
      Array.from({ length: 20 }, () => store.sql('SELECT count(*) AS n FROM spans', limits)),
    );
    await store.erase({ tenant, trace_id: traceId(7) });
    for (const { rows } of await answers) expect([2_999, 3_000]).toContain(rows[0]?.['n']);
    expect((await store.sql('SELECT count(*) AS n FROM spans', limits)).rows).toEqual([{ n: 2_999 }]);
  });
});
