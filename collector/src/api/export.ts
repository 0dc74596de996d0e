import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { credentialOf } from '../access/route-scope.ts';
import { SextantError } from '../errors.ts';
import { exportOtlp, type OtlpTable, otlp_tables } from '../lifecycle/export/export-otlp.ts';
import type { ExportRange } from '../lifecycle/export/portions.ts';
import { type TableName, tables } from '../stores/schema.ts';
import type { Store, StoreFiles } from '../stores/store.ts';
import { whenGone } from './abort.ts';
import type { ApiParts } from './parts.ts';
import { parseTime } from './times.ts';

const text = { type: 'string', maxLength: 64 } as const;
const table_names = Object.keys(tables) as TableName[];
const day_us = 86_400_000_000;
const config = { scope: 'admin' } as const;

const parts_schema = {
  summary: 'Parts of an export as Parquet: a table and a day each',
  body: {
    type: 'object',
    required: ['from', 'to'],
    properties: { from: text, to: text, tables: { type: 'array', items: { enum: table_names } } },
  },
} as const;

const export_schema = {
  summary: 'Rows as a stream: a part as Parquet, or spans, logs or metrics as lines of OTLP JSON',
  body: {
    type: 'object',
    required: ['format', 'from', 'to'],
    properties: {
      format: { enum: ['parquet', 'otlp-json'] },
      table: { enum: table_names },
      from: text,
      to: text,
    },
  },
} as const;

interface Range {
  readonly from: string;
  readonly to: string;
}

export function routeExport(server: FastifyInstance, { store, audit, now_ms }: ApiParts): void {
  const rangeOf = ({ from, to }: Range) => {
    const range = { from_us: parseTime(from, now_ms()), to_us: parseTime(to, now_ms()) };
    if (range.from_us >= range.to_us)
      throw new SextantError('bad_request', 'The range ends before it begins.');
    return range;
  };

  const parts_options = { schema: parts_schema, config } as const;
  server.post<{ Body: Range & { tables?: TableName[] } }>(
    '/api/export/parts',
    parts_options,
    async (request) => {
      const { tenant } = credentialOf(request);
      const range = rangeOf(request.body);
      const files = filesOf(store.files);
      const parts = [];
      for (const table of request.body.tables ?? table_names) {
        for (const day of await files.daysOf({ tenant, table, ...range }))
          parts.push(partOf(table, day, range));
      }
      return { parts };
    },
  );

  const export_options = { schema: export_schema, config } as const;
  server.post<{ Body: Range & { format: 'parquet' | 'otlp-json'; table?: TableName } }>(
    '/api/export',
    export_options,
    async (request, reply) => {
      const { tenant, actor } = credentialOf(request);
      const { format, table = 'spans', from, to } = request.body;
      const range = { tenant, ...rangeOf({ from, to }) };
      const open = format === 'parquet' ? parquetOf(store, table) : linesOf(store, table);
      audit.record({ tenant, actor, action: 'export', target: table, details: { format, from, to } });
      return reply.type(content_types[format]).send(await open(range, whenGone(reply)));
    },
  );
}

const content_types = {
  parquet: 'application/vnd.apache.parquet',
  'otlp-json': 'application/x-ndjson',
} as const;

type OpenStream = (range: ExportRange, signal: AbortSignal) => Promise<Readable>;

function parquetOf({ files }: Store, table: TableName): OpenStream {
  const { readParquet } = filesOf(files);
  return (range, signal) => readParquet({ ...range, table }, signal);
}

function linesOf(store: Store, table: TableName): OpenStream {
  if (!isOtlpTable(table)) throw new SextantError('bad_request', `OTLP carries no ${table}.`);
  return async (range, signal) =>
    Readable.from(exportOtlp(table, range, { store, signal }), { objectMode: true, highWaterMark: 1 });
}

function isOtlpTable(table: TableName): table is OtlpTable {
  return (otlp_tables as readonly TableName[]).includes(table);
}

function filesOf(files: StoreFiles | undefined): StoreFiles {
  if (!files) throw new SextantError('bad_request', 'This store writes no Parquet; use its own export.');
  return files;
}

/** The part of the range that lies on a day. */
function partOf(table: TableName, day: string, { from_us, to_us }: { from_us: number; to_us: number }) {
  const start_us = Date.parse(`${day}T00:00:00Z`) * 1000;
  const from = isoMicroseconds(Math.max(from_us, start_us));
  return { table, day, from, to: isoMicroseconds(Math.min(to_us, start_us + day_us)) };
}

function isoMicroseconds(time_us: number): string {
  const milliseconds = Math.floor(time_us / 1000);
  const rest = String(time_us - milliseconds * 1000).padStart(3, '0');
  return new Date(milliseconds).toISOString().replace('Z', `${rest}Z`);
}
