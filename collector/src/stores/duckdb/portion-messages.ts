import { embedded_characters_max, text_characters_max } from '../measured.ts';
import type { Row } from '../store.ts';
import type { KnownMessage } from './message-cache.ts';
import { in_portion, type Portion, readPortion } from './portion.ts';

/** Points to a message of the day. */
export interface Pointer {
  readonly tenant: string;
  readonly message_hash: string;
}

/** The last input message of a span that was read with its `last_input`; none where it has none. */
export function inputOf(span: Row): Pointer[] {
  return pointersOf(span, span['last_input']);
}

/** The last output message of a span that was read with its `last_output`; none where it has none. */
export function outputOf(span: Row): Pointer[] {
  return pointersOf(span, span['last_output']);
}

function pointersOf({ tenant }: Row, message_hash: unknown): Pointer[] {
  return typeof message_hash === 'string' ? [{ tenant: String(tenant), message_hash }] : [];
}

const characters_max = Math.max(embedded_characters_max, text_characters_max);

/**
 * The messages that spans of a portion point to. Most came with their span; others are looked for in the whole day by
 * their hashes, unless they were read lately.
 */
export class PortionMessages {
  readonly #portion: Portion;
  readonly #known = new Map<string, KnownMessage>();
  readonly #row_ids = new Map<string, string>();

  constructor(portion: Portion) {
    this.#portion = portion;
  }

  /** What was read of a message; undefined where there is no such message, or nobody has read it. */
  find(pointer: Pointer): KnownMessage | undefined {
    return this.#known.get(this.#nameOf(pointer));
  }

  /** The beginning of the message that was read; null where there is none, or it has no text. */
  textOf([pointer]: readonly Pointer[]): string | null {
    return (pointer && this.find(pointer)?.text) || null;
  }

  async readRoles(pointers: readonly Pointer[]): Promise<void> {
    this.#remember(pointers);
    await this.#locate(pointers.filter((pointer) => this.find(pointer) === undefined));
  }

  /** Reads the beginnings of messages. */
  async readTexts(pointers: readonly Pointer[]): Promise<void> {
    this.#remember(pointers);
    const unknown = pointers.filter((pointer) => this.find(pointer)?.text === undefined);
    await this.#locate(unknown.filter((pointer) => !this.#row_ids.has(this.#nameOf(pointer))));
    const row_ids = new Set(unknown.flatMap((pointer) => this.#row_ids.get(this.#nameOf(pointer)) ?? []));
    if (row_ids.size === 0) return;
    const rows = await readPortion(
      this.#portion,
      `SELECT tenant, message_hash, role, left(text, ${characters_max}) AS text
      FROM "${this.#portion.day}".main.messages
      WHERE rowid IN (SELECT unnest($row_ids)::BIGINT)`,
      { row_ids: [...row_ids] },
    );
    for (const row of rows) this.#keep(row as unknown as MessageRow);
  }

  /** Takes over what is remembered of earlier portions. */
  #remember(pointers: readonly Pointer[]): void {
    const { messages } = this.#portion.files;
    for (const pointer of pointers) {
      const name = this.#nameOf(pointer);
      const message = this.#known.has(name) ? undefined : messages.find(name);
      if (message !== undefined) this.#known.set(name, message);
    }
  }

  /** Looks where messages are: among those that came with the portion, then in the whole day. */
  async #locate(pointers: readonly Pointer[]): Promise<void> {
    await this.#look(pointers, in_portion);
    await this.#look(
      pointers.filter((pointer) => !this.#row_ids.has(this.#nameOf(pointer))),
      'true',
    );
  }

  async #look(pointers: readonly Pointer[], condition: string): Promise<void> {
    if (pointers.length === 0) return;
    const rows = await readPortion(
      this.#portion,
      `SELECT tenant, message_hash, role, rowid::VARCHAR AS row_id FROM "${this.#portion.day}".main.messages AS s
      WHERE message_hash IN (SELECT unnest($hashes)) AND ${condition}`,
      { hashes: [...new Set(pointers.map(({ message_hash }) => message_hash))] },
    );
    for (const row of rows as unknown as (Omit<MessageRow, 'text'> & { readonly row_id: string })[]) {
      this.#row_ids.set(this.#nameOf(row), row.row_id);
      this.#keep(row);
    }
  }

  #keep({ role, text, ...pointer }: Omit<MessageRow, 'text'> & Partial<MessageRow>): void {
    const name = this.#nameOf(pointer);
    const message = text === undefined ? { role } : { role, text };
    this.#known.set(name, message);
    this.#portion.files.messages.keep(name, message);
  }

  #nameOf({ tenant, message_hash }: Pointer): string {
    return `${this.#portion.day} ${message_hash} ${tenant}`;
  }
}

interface MessageRow extends Pointer {
  readonly role: string | null;
  readonly text: string | null;
}
