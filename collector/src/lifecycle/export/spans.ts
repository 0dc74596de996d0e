import type { Row } from '../../stores/store.ts';
import { hashesOf, readMessages } from './messages.ts';
import { span_form, spanOf } from './otlp-span.ts';
import {
  type ExportParts,
  type ExportRange,
  exportPortions,
  type Portion,
  type Run,
  sizeOf,
} from './portions.ts';

interface Key {
  readonly start_time: number;
  readonly trace_id: string;
  readonly span_id: string;
}

/** Spans with their messages and vectors as lines, each an ExportTraceServiceRequest. */
export function exportSpans(range: ExportRange, parts: ExportParts): AsyncGenerator<string> {
  return exportPortions<Key>({
    form: span_form,
    keys: readKeys(range, parts),
    rowsOf: () => 1,
    readPortion: (run) => readPortion(range.tenant, run, parts),
  });
}

async function* readKeys(
  { tenant, from_us, to_us }: ExportRange,
  { store, signal, keys_max = 10_000 }: ExportParts,
): AsyncGenerator<readonly Key[]> {
  let after: Key = { start_time: from_us, trace_id: '', span_id: '' };
  for (;;) {
    const cursor = { from_us: after.start_time, after_trace: after.trace_id, after_span: after.span_id };
    const parameters = { tenant, ...cursor, to_us, limit: keys_max };
    const keys = (await store.query('export_keys', parameters, { signal })) as unknown as Key[];
    if (keys.length > 0) yield keys;
    const last = keys.at(-1);
    if (last === undefined || keys.length < keys_max) return;
    after = last;
  }
}

async function readPortion(tenant: string, keys: Run<Key>, parts: ExportParts): Promise<Portion> {
  const { store, signal } = parts;
  const [first, last] = [keys[0], keys.at(-1) ?? keys[0]];
  const range = { tenant, from_us: first.start_time, to_us: last.start_time + 1 };
  const run = {
    ...{ ...range, first_trace: first.trace_id, first_span: first.span_id },
    ...{ last_trace: last.trace_id, last_span: last.span_id },
  };
  const rows = (await store.query('export_spans', run, { signal })).sort(byKey);
  const vectors = Map.groupBy(await store.query('export_vectors', run, { signal }), keyText);
  const hashes = new Set(
    rows.flatMap((row) => [...hashesOf(row['input_messages']), ...hashesOf(row['output_messages'])]),
  );
  for (const row of [...vectors.values()].flat()) {
    if (row['text_hash'] !== null) hashes.add(String(row['text_hash']));
  }
  const { messages, bytes } = await readMessages(range, hashes, parts);
  const items = rows.map((row) => spanOf(row, { messages, vectors: vectors.get(keyText(row)) ?? [] }));
  return { items, bytes: sizeOf(rows) + bytes };
}

function keyText(row: Row): string {
  return `${row.trace_id} ${row.span_id}`;
}

function byKey(a: Row, b: Row): number {
  const difference = Number(a['start_time']) - Number(b['start_time']);
  return difference || (keyText(a) < keyText(b) ? -1 : 1);
}
