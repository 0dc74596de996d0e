import type { Row, Store } from '../stores/store.ts';

/** The messages that spans or log records point to, by hash, each once; one that is not stored has no content. */
export async function readMessages(
  store: Store,
  { tenant, rows }: { readonly tenant: string; readonly rows: readonly Row[] },
): Promise<ReadonlyMap<string, Row>> {
  const wanted = rows.flatMap((row) => [
    ...hashesOf(row['input_messages']),
    ...hashesOf(row['output_messages']),
  ]);
  const hashes = [...new Set(wanted)];
  const found = hashes.length === 0 ? [] : await store.query('messages', { tenant, hashes });
  const contents = new Map(found.map((row) => [String(row['message_hash']), row]));
  return new Map(hashes.map((hash) => [hash, message(hash, contents.get(hash))]));
}

/** The hashes in a column of messages. */
export function hashesOf(column: unknown): string[] {
  return Array.isArray(column) ? column.map(String) : [];
}

function message(message_hash: string, row: Row | undefined): Row {
  return { message_hash, role: row?.['role'] ?? null, content: row ? contentOf(row) : null };
}

/** A message that is nothing but its text is stored as such. */
function contentOf({ role, text, content }: Row): unknown {
  if (content !== null) return JSON.parse(String(content));
  return { role, parts: [{ type: 'text', content: text }] };
}
