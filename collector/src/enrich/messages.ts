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
      // The first 128 bits. The order of keys does not count; the tenant does, so that two never share a hash.
      const message_hash = hash('sha256', tenant_prefix + canonicalJson(message), 'hex').slice(0, 32);
      if (!rows.has(message_hash)) {
        rows.set(message_hash, {
          tenant,
          message_hash,
          role: message.role,
          text: textOf(message),
          content: JSON.stringify(message),
          first_time,
        });
      }
      return message_hash;
    },
    rows: () => [...rows.values()],
  };
}

function textOf({ parts }: Message): string {
  const texts: string[] = [];
  for (const part of parts) {
    if (part.type === 'text' && typeof part.content === 'string') texts.push(part.content);
  }
  return texts.join('\n');
}
