import { createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { createGzip } from 'node:zlib';
import { SextantError } from '../errors.ts';
import { post, request } from './client.ts';
import { type Collector, type CommandContext, collectorOf, type ExitCode, exit_codes } from './command.ts';

export interface ExportFlags {
  readonly format: 'parquet' | 'otlp-json';
  readonly from: string;
  readonly to: string;
  readonly out: string;
  readonly table?: readonly string[];
  readonly gzip?: boolean;
  readonly url?: string;
}

/** Writes rows of the running collector into files of a folder, and prints the path of each. */
export async function runExport(context: CommandContext, flags: ExportFlags): Promise<ExitCode> {
  const { format, out, table } = flags;
  const others = format === 'otlp-json' ? (table ?? []).filter((name) => !otlp_tables.includes(name)) : [];
  if (others.length > 0) throw new SextantError('bad_request', `OTLP carries no ${others.join(', ')}.`);
  await mkdir(out, { recursive: true, mode: 0o700 });
  const collector = collectorOf(context, flags);
  const paths = format === 'parquet' ? writeParts : writeRequests;
  for await (const path of paths({ collector, flags, signal: context.signal })) context.out(`${path}\n`);
  return exit_codes.ok;
}

interface Exporting {
  readonly collector: Collector;
  readonly flags: ExportFlags;
  readonly signal: AbortSignal;
}

interface Part {
  readonly table: string;
  readonly day: string;
  readonly from: string;
  readonly to: string;
}

/** What a part may be called: the collector on the other side may be anybody. */
const table_form = /^[a-z_]{1,40}$/;
const day_form = /^\d{4,6}-\d{2}-\d{2}$/;

/** One file for each table and day, such as `spans-2026-11-21.parquet`. */
async function* writeParts({ collector, flags, signal }: Exporting): AsyncGenerator<string> {
  const { format, from, to, out, table: wanted } = flags;
  const asked = { from, to, ...(wanted === undefined ? {} : { tables: wanted }) };
  const { parts } = (await post(collector, '/api/export/parts', asked, signal)) as { parts: Part[] };
  for (const { table, day, ...range } of parts) {
    if (!table_form.test(table) || !day_form.test(day))
      throw new SextantError('internal', `The export has a part of a strange name: ${table} ${day}.`);
    const body = { format, table, ...range };
    const answer = await request(collector, { method: 'POST', path: '/api/export', body, signal });
    const path = join(out, `${table}-${day}.parquet`);
    await writeWhole(path, (target) => pipeline(contentOf(answer), createWriteStream(target), { signal }));
    yield path;
  }
}

/** What the collector exports as OTLP. */
const otlp_tables: readonly string[] = ['spans', 'logs', 'metrics'];

/** Replay reads files of up to 512 MiB. */
const file_bytes_max = 128 * 1024 * 1024;

/** Files `spans-0001.jsonl` and so on: lines of OTLP JSON, as `sextant replay` reads them. */
async function* writeRequests(exporting: Exporting): AsyncGenerator<string> {
  const { collector, flags, signal } = exporting;
  const { format, from, to, table: wanted } = flags;
  for (const table of wanted ?? otlp_tables) {
    const body = { format, table, from, to };
    const answer = await request(collector, { method: 'POST', path: '/api/export', body, signal });
    yield* writeFiles(table, wholeLines(contentOf(answer)), exporting);
  }
}

/** `chunks` end with a line each. */
async function* writeFiles(
  table: string,
  chunks: AsyncGenerator<Buffer>,
  { flags, signal }: Exporting,
): AsyncGenerator<string> {
  const { out, gzip } = flags;
  for (let number = 1, next = await chunks.next(); !next.done; number += 1) {
    const path = join(out, `${table}-${String(number).padStart(4, '0')}.jsonl${gzip ? '.gz' : ''}`);
    async function* content() {
      for (let bytes = 0; !next.done && bytes < file_bytes_max; next = await chunks.next()) {
        yield next.value;
        bytes += next.value.length;
      }
    }
    await writeWhole(path, (target) =>
      pipeline(content, gzip ? createGzip() : new PassThrough(), createWriteStream(target), { signal }),
    );
    yield path;
  }
}

function contentOf({ body }: Response): Readable {
  return Readable.fromWeb((body ?? new Blob([]).stream()) as ReadableStream);
}

const line_feed = 10;

/** The content in pieces that end where a line does. @throws SextantError when it ends within one */
async function* wholeLines(content: Readable): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  for await (const chunk of content as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(line_feed) + 1;
    if (end > 0) {
      yield Buffer.concat([...waiting, chunk.subarray(0, end)]);
      waiting = [];
    }
    if (end < chunk.length) waiting.push(chunk.subarray(end));
  }
  if (waiting.length > 0) throw new SextantError('internal', 'The export broke off.');
}

/** A file has its name only when it is whole. */
async function writeWhole(path: string, write: (path: string) => Promise<void>): Promise<void> {
  await write(`${path}.partial`);
  await rename(`${path}.partial`, path);
}
