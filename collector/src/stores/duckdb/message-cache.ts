/** 16 MB at most: what is said in some minutes is said again, and reading it back is dear. */
const characters_max = 8_000_000;
/** What an entry takes beside its text. */
const entry_characters = 128;

export interface KnownMessage {
  readonly role: string | null;
  /** The beginning of it; undefined where only the role was read. */
  readonly text?: string | null;
}

/** Messages that were read lately, the one used longest ago at the beginning. */
export class MessageCache {
  readonly #messages = new Map<string, KnownMessage>();
  #characters = 0;

  find(name: string): KnownMessage | undefined {
    const message = this.#messages.get(name);
    if (message === undefined) return undefined;
    this.#messages.delete(name);
    this.#messages.set(name, message);
    return message;
  }

  keep(name: string, message: KnownMessage): void {
    this.#remove(name);
    this.#messages.set(name, message);
    this.#characters += sizeOf(message);
    if (this.#characters > characters_max) this.#makeRoom();
  }

  /** To be called where messages were erased. */
  clear(): void {
    this.#messages.clear();
    this.#characters = 0;
  }

  // Half of it at once: where something was removed before them, a Map finds its first entries slowly.
  #makeRoom(): void {
    for (const oldest of this.#messages.keys()) {
      if (this.#characters <= characters_max / 2) return;
      this.#remove(oldest);
    }
  }

  #remove(name: string): void {
    const message = this.#messages.get(name);
    if (message === undefined) return;
    this.#messages.delete(name);
    this.#characters -= sizeOf(message);
  }
}

function sizeOf({ text }: KnownMessage): number {
  return entry_characters + (text?.length ?? 0);
}
