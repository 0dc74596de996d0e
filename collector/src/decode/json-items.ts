import { WrongValue } from './json-fields.ts';
import type { Rejection } from './records.ts';

/**
 * The spans, log records or data points of a request while they are read. A value that its field cannot hold costs
 * the item it is in and no other.
 */
export class JsonItems {
  readonly rejections: Rejection[] = [];
  #kept = 0;
  #first: WrongValue | null = null;

  /** Reads one item. */
  read(item: () => void): void {
    const was_read = this.open(() => {
      item();
      return true;
    });
    if (was_read) this.#kept += 1;
  }

  /** Looks into what holds items; null where that has a wrong value, which counts as one item lost. */
  open<Part>(look: () => Part): Part | null {
    const before = this.rejections.length;
    try {
      return look();
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error;
      // What was reported of a part of it goes with it.
      this.rejections.length = before;
      this.rejections.push(invalidValue(error, true));
      this.#first ??= error;
      return null;
    }
  }

  /**
   * To be called at the end.
   * @throws SextantError undecodable where every item had a wrong value: that is a wrong request, not some bad items
   */
  finish(): void {
    if (this.#kept === 0 && this.#first !== null) throw this.#first;
  }
}

/** The report of an item, or of an attribute `where` names, that was left out. */
export function invalidValue(error: WrongValue, item_lost: boolean, where = ''): Rejection {
  const message = `${where}${error.detail}${item_lost ? '' : ' It was left out.'}`;
  return { reason: 'invalid_value', message, item_lost };
}
