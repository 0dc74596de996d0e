import { embedded_characters_max, text_characters_max } from '../measured.ts';
import type { Row } from '../store.ts';
import type { KnownMessage } from './message-cache.ts';
import { in_portion, type Portion, readPortion } from './portion.ts';

/** Points to a message of the day. */
export interface Pointer {
  readonly message_hash: string;
  /** Knows the message among those of all tenants. */
  readonly name: string;
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
  return typeof message_hash === 'string' ? [{ message_hash, name: `${message_hash} ${tenant}` }] : [];
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
  find({ name }: Pointer): KnownMessage | undefined {
    return this.#known.get(name);
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
    await this.#locate(unknown.filter(({ name }) => !this.#row_ids.has(name)));
    const row_ids = new Set(unknown.flatMap(({ name }) => this.#row_ids.get(name) ?? []));
    if (row_ids.size === 0) return;
    const rows = await readPortion(
      this.#portion,
      `SELECT message_hash || ' ' || tenant AS name, role, left(text, ${characters_max}) AS text
      FROM "${this.#portion.day}".main.messages
      WHERE rowid IN (SELECT unnest($row_ids)::BIGINT)`,
      { row_ids: [...row_ids] },
    );
    for (const { name, role, text } of rows as unknown as TextRow[]) this.#keep(name, { role, text });
  }

  /** Takes over what is remembered of earlier portions. */
  #remember(pointers: readonly Pointer[]): void {
    const { files, day } = this.#portion;
    for (const { name } of pointers) {
      const message = this.#known.has(name) ? undefined : files.messages.find(`${day} ${name}`);
      if (message !== undefined) this.#known.set(name, message);
    }
  }

  /** Looks where messages are: among those that came with the portion, then in the whole day. */
  async #locate(pointers: readonly Pointer[]): Promise<void> {
    for (const { name, role, row_id } of await this.#look(pointers, in_portion)) {
      this.#known.set(name, { role });
      this.#row_ids.set(name, row_id);
    }
    const others = pointers.filter(({ name }) => !this.#row_ids.has(name));
    for (const { name, role, row_id } of await this.#look(others, 'true')) {
      this.#keep(name, { role });
      this.#row_ids.set(name, row_id);
    }
  }

  async #look(pointers: readonly Pointer[], condition: string): Promise<FoundRow[]> {
    if (pointers.length === 0) return [];
    const rows = await readPortion(
      this.#portion,
      `SELECT message_hash || ' ' || tenant AS name, role, rowid::VARCHAR AS row_id
      FROM "${this.#portion.day}".main.messages AS s
      WHERE message_hash IN (SELECT unnest($hashes)) AND ${condition}`,
      { hashes: [...new Set(pointers.map(({ message_hash }) => message_hash))] },
    );
    return rows as unknown as FoundRow[];
  }

  #keep(name: string, message: KnownMessage): void {
    this.#known.set(name, message);
    this.#portion.files.messages.keep(`${this.#portion.day} ${name}`, message);
  }
}

interface NamedRow {
  readonly name: string;
  readonly role: string | null;
}

interface FoundRow extends NamedRow {
  readonly row_id: string;
}

interface TextRow extends NamedRow {
  readonly text: string | null;
}
