import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { sendChats } from '../support/chat-spans.ts';
import { type RunningCollector, startCollector, untilStored } from '../support/collector.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/run-command.ts';
import { has_shared_data, sharedPath } from '../support/shared-data.ts';

const environment = { SEXTANT_DRIFT: 'false', SEXTANT_SQL_ROWS_MAX: '1000000' };
const all_time = ['--from', '2000-01-01', '--to', '2100-01-01'];

/** Every row of a table but for when it was stored, as texts in order. */
async function rowsOf(
  collector: RunningCollector,
  table: string,
  left_out: readonly string[] = [],
): Promise<string[]> {
  const columns = ['ingest_time', ...left_out].join(', ');
  const rows = await collector.sql(`SELECT * EXCLUDE (${columns}) FROM ${table}`);
  return rows.map((row) => JSON.stringify(row)).sort();
}

/** Messages without the order of their keys, and without which span brought them first. */
async function messagesOf(collector: RunningCollector): Promise<unknown[]> {
  const rows = await collector.sql('SELECT * EXCLUDE (ingest_time, first_time) FROM messages ORDER BY ALL');
  return rows.map((row) => ({ ...row, content: JSON.parse(String(row['content'])) }));
}

const folders = [
  'spans-otlp-examples',
  'spans-openinference-genai',
  'spans-vercel-ai-sdk-v6',
  'spans-any-agent',
  'spans-monocle-otel',
  'spans-langfuse-framework-traces',
];

describe.skipIf(!has_shared_data)('export of recorded telemetry as OTLP', () => {
  it('gives the same rows when it is replayed into another collector', async () => {
    const first = await startCollector({ data: temporaryFolder(), environment });
    for (const folder of folders) {
      const { out } = await runCommand(['replay', sharedPath(folder), '--url', first.url]);
      expect(JSON.parse(out).accepted, folder).toBeGreaterThan(0);
    }
    await untilStored(first);
    const out = join(temporaryFolder(), 'out');
    const exported = await runCommand([
      ...['export', '--format', 'otlp-json', ...all_time, '--out', out, '--gzip', '--url', first.url],
    ]);
    const paths = ['spans', 'logs', 'metrics'].map((name) => `${join(out, `${name}-0001.jsonl.gz`)}\n`);
    expect(exported).toMatchObject({ code: 0, out: paths.join(''), said: '' });
    const second = await startCollector({ data: temporaryFolder(), environment });
    expect((await runCommand(['replay', out, '--url', second.url])).code).toBe(0);
    await untilStored(second);
    for (const table of ['spans', 'embeddings', 'cost_lines', 'scores', 'logs', 'metrics'])
      expect(await rowsOf(second, table), table).toEqual(await rowsOf(first, table));
    expect([(await rowsOf(second, 'logs')).length, (await rowsOf(second, 'metrics')).length]).toEqual([2, 4]);
    expect(await messagesOf(second)).toEqual(await messagesOf(first));
    const arrival = ['first_time', 'trace_id', 'span_id'];
    expect(await rowsOf(second, 'versions', arrival)).toEqual(await rowsOf(first, 'versions', arrival));
  });
});

const day_ms = 86_400_000;

describe('export as Parquet', () => {
  it('writes a file for each table and day, of the rows of the range', async () => {
    const data = temporaryFolder();
    const collector = await startCollector({ data, environment });
    const noon_ms = Math.floor(Date.now() / day_ms) * day_ms - day_ms / 2;
    const spans = [0, 1, 2, 3].map((back) => ({ number: back + 1, start_ms: noon_ms - back * day_ms }));
    await sendChats(collector, spans);
    await untilStored(collector);
    const out = join(temporaryFolder(), 'out');
    const range = [
      '--from',
      new Date(noon_ms - 2 * day_ms).toISOString(),
      '--to',
      new Date(noon_ms).toISOString(),
    ];
    const given = [
      '--format',
      'parquet',
      ...range,
      '--table',
      'spans',
      'messages',
      'alerts',
      '--url',
      collector.url,
    ];
    const exported = await runCommand(['export', ...given, '--out', out]);
    const day = (back: number) => new Date(noon_ms - back * day_ms).toISOString().slice(0, 10);
    const names = [`spans-${day(2)}`, `spans-${day(1)}`, `messages-${day(2)}`, `messages-${day(1)}`];
    expect(exported.out.trim().split('\n')).toEqual(names.map((name) => join(out, `${name}.parquet`)));
    expect(readdirSync(out).sort()).toEqual(names.map((name) => `${name}.parquet`).sort());
    const duckdb = await DuckDBInstance.create(':memory:');
    const reader = await (await duckdb.connect()).runAndReadAll(
      `SELECT name, input_messages, attributes, epoch_ms(start_time)::DOUBLE AS start_ms FROM '${out}/spans-*.parquet' ORDER BY name`,
    );
    const rows = reader.getRowObjectsJson();
    expect(rows).toMatchObject([
      { name: 'chat 2', start_ms: noon_ms - day_ms },
      { name: 'chat 3', start_ms: noon_ms - 2 * day_ms },
    ]);
    const stored = await collector.sql(
      "SELECT name, input_messages, attributes FROM spans WHERE name IN ('chat 2', 'chat 3') ORDER BY name",
    );
    expect(rows).toMatchObject(stored);
    duckdb.closeSync();
    expect(readdirSync(join(data, 'days', 'exports'))).toEqual([]);
    const audit = await runCommand(['audit', 'list', '--data', data]);
    expect(audit.out.match(/"action":"export"/g)).toHaveLength(4);
  });

  it('refuses what cannot be exported', async () => {
    const collector = await startCollector({ data: temporaryFolder(), environment });
    const out = join(temporaryFolder(), 'out');
    mkdirSync(out);
    for (const given of [
      ['--format', 'parquet', '--from', 'now', '--to', '-1h'],
      ['--format', 'parquet', '--from', '-1h', '--to', 'now', '--table', 'secrets'],
      ['--format', 'otlp-json', '--from', '-1h', '--to', 'now', '--table', 'messages'],
      ['--format', 'csv', '--from', '-1h', '--to', 'now'],
    ])
      expect(
        (await runCommand(['export', ...given, '--out', out, '--url', collector.url])).code,
        given.join(' '),
      ).toBe(64);
    expect(readdirSync(out)).toEqual([]);
  });
});
