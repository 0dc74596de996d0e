import { SextantError } from '../errors.ts';
import type { Rejection } from './records.ts';

/** Arrays and maps nested deeper than this are refused, with the attribute or body that holds them. */
export const value_depth_max = 32;

/**
 * A record costs some hundred bytes in memory even where it is two bytes on the wire, so a request may hold only so
 * many: far more than senders put into one, and few enough to decode in some hundred megabytes.
 */
export const items_max = 500_000;
/** Attributes, values, events and so on, all together; at least a byte each. */
export const parts_max = 2_000_000;

/** @throws SextantError too_large */
export function checkItems(count: number): void {
  if (count > items_max) throw tooMany(`${items_max} spans, log records or data points`);
}

/** @throws SextantError too_large */
export function checkParts(count: number): void {
  if (count > parts_max) throw tooMany(`${parts_max} values`);
}

function tooMany(what: string): SextantError {
  return new SextantError('too_large', `It holds more than ${what}; send less at once.`);
}

/** Why a value was refused; a value, because the rest of its span or record is kept. */
export const too_deep = Symbol('too deep');

/** The report of a value that was left out. `what` names it: `attribute "x"`. */
export function tooDeep(what: string): Rejection {
  const message = `${what} is nested deeper than ${value_depth_max} levels and was left out`;
  return { reason: 'attribute_too_deep', message, item_lost: false };
}
