import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SextantError } from '../../errors.ts';
import type { TableName } from '../schema.ts';
import type { Client, InsertRow } from './client.ts';
import { isPassingRowError, isTooLarge, type RowError } from './errors.ts';
import { toJsonRow } from './values.ts';

// Google's advice for one request.
const request_rows_max = 500;
const request_bytes_max = 5_000_000;
const attempts_max = 5;
const pause_ms = 200;

export interface Insert {
  readonly client: Client;
  readonly table: TableName;
  /** Stamped on every row. */
  readonly ingest_time: number;
  readonly onRefused: OnRefused;
}

export interface InsertItem {
  readonly row: object;
  /** The same for a row that is sent again; without it such a row is not recognised. */
  readonly identity?: string;
}

/** Called for rows BigQuery will never take, so that they are counted and seen. */
export type OnRefused = (refusal: Refusal) => void;

export interface Refusal {
  readonly table: TableName;
  readonly row: Readonly<Record<string, unknown>>;
  /** BigQuery's words. */
  readonly reason: string;
}

/**
 * Streams rows with `tabledata.insertAll`, in requests of at most 500 rows and 5 MB. Resolves when BigQuery has
 * taken every row but those it refused for good, which are reported.
 * @throws SextantError store_unavailable; some rows may be stored then
 */
export async function insertRows(insert: Insert, items: readonly InsertItem[]): Promise<void> {
  const rows = items.map((item) => toInsertRow(insert, item));
  for (const part of cut(rows)) await insertPart(insert, part);
}

function toInsertRow({ table, ingest_time }: Insert, { row, identity }: InsertItem): InsertRow {
  const json = toJsonRow(table, { ...row, ingest_time });
  return identity === undefined ? { json } : { insertId: digest(identity), json };
}

/** Ids may be of any length; BigQuery takes 128 characters. */
function digest(identity: string): string {
  return createHash('sha256').update(identity).digest('hex');
}

function cut(rows: readonly InsertRow[]): InsertRow[][] {
  const parts: InsertRow[][] = [];
  let bytes = 0;
  for (const row of rows) {
    const row_bytes = Buffer.byteLength(JSON.stringify(row));
    const last = parts.at(-1);
    if (last && last.length < request_rows_max && bytes + row_bytes <= request_bytes_max) {
      last.push(row);
      bytes += row_bytes;
    } else {
      parts.push([row]);
      bytes = row_bytes;
    }
  }
  return parts;
}

async function insertPart(insert: Insert, part: readonly InsertRow[]): Promise<void> {
  let rows = part;
  for (let attempt = 1; rows.length > 0; attempt++) {
    const outcome = await send(insert, rows);
    for (const { row, reason } of outcome.refused)
      insert.onRefused({ table: insert.table, row: row.json, reason });
    rows = outcome.again;
    if (rows.length === 0) return;
    // Each refusal makes the request smaller, so only attempts that brought nothing further are counted.
    if (outcome.refused.length > 0) attempt = 0;
    if (attempt >= attempts_max)
      throw new SextantError(
        'store_unavailable',
        `BigQuery did not take ${rows.length} rows of ${insert.table}.`,
      );
    if (outcome.refused.length === 0) await sleep(pause_ms * 2 ** (attempt - 1));
  }
}

interface Outcome {
  readonly refused: readonly { readonly row: InsertRow; readonly reason: string }[];
  readonly again: readonly InsertRow[];
}

const done: Outcome = { refused: [], again: [] };

async function send(insert: Insert, rows: readonly InsertRow[]): Promise<Outcome> {
  const { client, table } = insert;
  try {
    return await client.retry(async () => {
      try {
        await client.insert(table, rows);
        return done;
      } catch (error) {
        if (!isPartialFailure(error)) throw tooLargeOr(error);
        return sortOut(rows, error.errors);
      }
    });
  } catch (error) {
    if (!(error instanceof RequestTooLarge)) throw error;
    const [only] = rows;
    if (only && rows.length === 1) return { refused: [{ row: only, reason: error.message }], again: [] };
    const middle = Math.ceil(rows.length / 2);
    await insertPart(insert, rows.slice(0, middle));
    await insertPart(insert, rows.slice(middle));
    return done;
  }
}

/** The request as a whole was refused for its size. */
class RequestTooLarge extends SextantError {
  constructor(cause: unknown) {
    super('too_large', undefined, { cause });
  }
}

function tooLargeOr(error: unknown): unknown {
  return isTooLarge(error) ? new RequestTooLarge(error) : error;
}

interface PartialFailure {
  readonly errors: readonly RowFailure[];
}

interface RowFailure {
  readonly row: InsertRow;
  readonly errors: readonly RowError[];
}

function isPartialFailure(error: unknown): error is PartialFailure {
  return error instanceof Error && error.name === 'PartialFailureError';
}

// One bad row stops the whole request: the others come back as "stopped" and have to be sent again.
function sortOut(rows: readonly InsertRow[], failures: readonly RowFailure[]): Outcome {
  const refused = failures
    .map(({ row, errors }) => ({ row, fatal: errors.filter((error) => !isPassingRowError(error)) }))
    .filter(({ fatal }) => fatal.length > 0)
    .map(({ row, fatal }) => ({
      row,
      reason: fatal.map(({ reason, message }) => `${reason}: ${message}`).join('; '),
    }));
  const gone = new Set(refused.map(({ row }) => row));
  const failed = new Set(failures.map(({ row }) => row));
  return { refused, again: rows.filter((row) => failed.has(row) && !gone.has(row)) };
}
