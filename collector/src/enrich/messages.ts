import { hash } from 'node:crypto';
import type { Message } from '../normalise/message.ts';
import type { NewRow } from '../stores/schema.ts';
import { canonicalJson } from './canonical-json.ts';

/** Collects the messages of one span: each content is one row, however often the span holds it. */
export interface MessageRows {
  /** Adds a message and gives its hash. */
  add(message: Message): string;
  rows(): readonly NewRow<'messages'>[];
}

export function collectMessages(context: { tenant: string; first_time: number }): MessageRows {
  const { tenant, first_time } = context;
  const tenant_prefix = JSON.stringify(tenant);
  const rows = new Map<string, NewRow<'messages'>>();
  return {
    add(message) {
      const text = textOf(message);
      const content = isPlain(message) ? null : JSON.stringify(message);
      const identity =
        content === null ? JSON.stringify(message.role) + text : canonicalJson(message, content);
      // The first 128 bits. The order of keys does not count; the tenant does, so that two never share a hash.
      const message_hash = hash('sha256', tenant_prefix + identity, 'hex').slice(0, 32);
      if (!rows.has(message_hash)) {
        rows.set(message_hash, { tenant, message_hash, role: message.role, text, content, first_time });
      }
      return message_hash;
    },
    rows: () => [...rows.values()],
  };
}

/** Whether role and text say everything there is. */
function isPlain({ parts, name, finish_reason }: Message): boolean {
  const [part] = parts;
  if (parts.length !== 1 || part?.type !== 'text' || typeof part.content !== 'string') return false;
  return name === undefined && finish_reason === undefined && Object.keys(part).length === 2;
}

function textOf({ parts }: Message): string {
  const [first] = parts;
  if (parts.length === 1 && first?.type === 'text' && typeof first.content === 'string') return first.content;
  const texts: string[] = [];
  for (const part of parts) {
    if (part.type === 'text' && typeof part.content === 'string') texts.push(part.content);
  }
  return texts.join('\n');
}
