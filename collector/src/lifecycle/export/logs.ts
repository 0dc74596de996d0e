import { hashesOf, readMessages } from './messages.ts';
import { boundsOf, type Moment, readMoments } from './moments.ts';
import { log_form, logOf } from './otlp-log.ts';
import {
  type ExportParts,
  type ExportRange,
  exportPortions,
  type Portion,
  type Run,
  sizeOf,
} from './portions.ts';

/** Log records with their messages as lines, each an ExportLogsServiceRequest. */
export function exportLogs(range: ExportRange, parts: ExportParts): AsyncGenerator<string> {
  return exportPortions<Moment>({
    form: log_form,
    keys: readMoments('export_log_moments', range, parts),
    rowsOf: ({ rows }) => rows,
    readPortion: (run) => readPortion(range.tenant, run, parts),
  });
}

async function readPortion(tenant: string, run: Run<Moment>, parts: ExportParts): Promise<Portion> {
  const bounds = boundsOf(run);
  const rows = await parts.store.query('export_logs', { tenant, ...bounds }, { signal: parts.signal });
  const hashes = new Set(
    rows.flatMap((row) => [...hashesOf(row['input_messages']), ...hashesOf(row['output_messages'])]),
  );
  const { messages, bytes } = await readMessages({ tenant, ...bounds }, hashes, parts);
  return { items: rows.map((row) => logOf(row, messages)), bytes: sizeOf(rows) + bytes };
}
