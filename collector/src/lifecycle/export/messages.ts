import type { Message } from '../../normalise/message.ts';
import type { Row } from '../../stores/store.ts';
import { type ExportParts, type ExportRange, sizeOf } from './portions.ts';

/** By hash. Those whose text is not stored any more are missing. */
export type Messages = ReadonlyMap<string, Message>;

const day_us = 86_400_000_000;

/** The messages that rows of a range point to, and about what they take in memory. */
export async function readMessages(
  { tenant, from_us, to_us }: ExportRange,
  hashes: ReadonlySet<string>,
  { store, signal }: ExportParts,
): Promise<{ readonly messages: Messages; readonly bytes: number }> {
  if (hashes.size === 0) return { messages: new Map(), bytes: 0 };
  // A message lies on the day of its first span, or of the log record that brought it.
  const days = { from_us: Math.floor(from_us / day_us) * day_us, to_us: to_us + 2 * day_us };
  const parameters = { tenant, ...days, hashes: [...hashes] };
  const rows = await store.query('export_messages', parameters, { signal });
  const messages = new Map(rows.map((row) => [String(row['message_hash']), messageOf(row)]));
  return { messages, bytes: sizeOf(rows) };
}

/** The messages of a column that lists hashes, in its order. */
export function messagesOf(hashes: unknown, messages: Messages): readonly Message[] {
  return hashesOf(hashes).flatMap((hash) => messages.get(hash) ?? []);
}

export function hashesOf(hashes: unknown): readonly string[] {
  return Array.isArray(hashes) ? hashes.map(String) : [];
}

/** A row of `messages` as the message it holds. */
export function messageOf({ role, text, content }: Row): Message {
  if (typeof content === 'string') return JSON.parse(content) as Message;
  return { role: String(role), parts: [{ type: 'text', content: String(text) }] };
}
