/**
 * Writes the pages that are tables in the sources: errors.md and options.md.
 * With `--check` it writes nothing, and fails where a page differs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, errors } from '../collector/src/errors.ts';
import { option_table } from '../collector/src/options.ts';

/** The pages by file name, as they should be. */
export function pages(): Record<string, string> {
  return { 'errors.md': errorsPage(), 'options.md': optionsPage() };
}

const advice: Record<ErrorCode, string> = {
  bad_request: 'Correct what the message names: a parameter, a body or an option.',
  undecodable:
    'Send OTLP as protobuf or JSON and name it in `Content-Type`; other requests are not affected.',
  bad_sql: 'Correct the statement: one statement that only reads, on the tables of the schema.',
  unauthenticated:
    'Send `Authorization: Bearer <key>` with a key that is valid; see [security.md](security.md).',
  forbidden:
    'Use a key with the scope the message names, or call from the host the collector is bound to; see [security.md](security.md).',
  destination_blocked:
    'Use an address of https that is public, or list the host in `SEXTANT_ALERT_ALLOW`; see [channels.md](channels.md).',
  disk_full: 'Free the disk of the data folder; what was accepted is stored when there is room again.',
  startup_failed: 'Change what the message names, and start again.',
  not_found: 'Check the path and the ids; rows may have expired.',
  method_not_allowed: 'Use the method listed in [api.md](api.md).',
  too_large: 'Send smaller batches, or raise `SEXTANT_BODY_BYTES_MAX`.',
  unsupported_type:
    'Send `application/x-protobuf` or `application/json`, plain or with one of gzip, deflate and zstd.',
  too_many_wrong_keys:
    'Give the sender at this address a key that is valid, and wait a minute; right keys are let in meanwhile. See [security.md](security.md).',
  rate_limited:
    'Nothing; senders try again after the time they are told. Raise the limits of the tenant, or send less.',
  overloaded: 'Nothing; senders try again. Raise `SEXTANT_IN_FLIGHT_BYTES_MAX` or run more collectors.',
  timed_out: 'Ask for a shorter time or fewer rows, or raise `SEXTANT_SQL_TIMEOUT_MS`.',
  storage_unavailable:
    'Senders try again by themselves; free the disk, whose last tenth (1 GiB at most) is left to the store, or raise `SEXTANT_JOURNAL_BYTES_MAX`.',
  store_unavailable: 'Wait: what was accepted is in the journal and is stored when the store is back.',
  internal: 'Read the log of the collector and report it.',
};

function errorsPage(): string {
  const rows = Object.entries(errors).map(([code, { status, retry, message }]) => [
    `\`${code}\``,
    String(status),
    retry ? 'yes' : 'no',
    message,
    advice[code as ErrorCode],
  ]);
  return page({
    title: 'Errors',
    about: 'An error is answered as `{"code": …, "message": …}`; the message may go on with details.',
    source: 'collector/src/errors.ts',
    head: ['code', 'status', 'senders try again', 'message', 'what to do'],
    rows,
  });
}

function optionsPage(): string {
  const rows = Object.values(option_table).map((option) => [
    `\`${option.environment}\``,
    option.kind,
    defaultText(option.default, option.unit),
    option.unit,
    option.sentence,
  ]);
  return page({
    title: 'Options',
    about: 'The collector reads them from its environment. A name it does not know is an error.',
    source: 'collector/src/options.ts',
    head: ['name', 'kind', 'default', 'unit', 'meaning'],
    rows,
  });
}

function defaultText(value: string | number | boolean | null, unit: string): string {
  if (value === null) return '';
  const mebibytes = Number(value) / (1024 * 1024);
  return unit === 'bytes' ? `\`${value}\` (${mebibytes.toLocaleString('en-US')} MiB)` : `\`${value}\``;
}

interface Page {
  readonly title: string;
  readonly about: string;
  readonly source: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function page({ title, about, source, head, rows }: Page): string {
  return `# ${title}\n\n${about} Generated from \`${source}\` by \`docs/generate.ts\`.\n\n${table([head, ...rows])}\n`;
}

/** Columns are padded as the formatter does, so that formatting changes nothing. */
function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = (cells[0] ?? []).map((_, index) =>
    Math.max(3, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  const [head = '', ...body] = cells.map((row) =>
    lineOf(row.map((cell, index) => cell.padEnd(widths[index] ?? 0))),
  );
  return [head, lineOf(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function main(check: boolean): void {
  for (const [name, text] of Object.entries(pages())) {
    const path = new URL(name, import.meta.url);
    if (!check) writeFileSync(path, text);
    else if (readFileSync(path, 'utf8') !== text) {
      process.stderr.write(`docs/${name} differs from its source: run docs/generate.ts\n`);
      process.exitCode = 1;
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.includes('--check'));
