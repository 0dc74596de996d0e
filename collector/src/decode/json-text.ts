import { SextantError } from '../errors.ts';
import { checkParts, parts_max } from './limits.ts';

/**
 * Parses the text of a request with its long 64-bit integers as strings.
 *
 * JSON.parse makes a double of a number and would lose digits, so an integer of 16 digits or more in one of the
 * fields is put in quotes first. Inside a JSON string the quote that closes a name would carry a backslash, so texts
 * are never changed.
 * @throws SextantError undecodable, too_large
 */
export function parseJson(body: Buffer, { fields, lists }: LongFields): unknown {
  if (body.length > parts_max) checkParts(countParts(body));
  try {
    const text = body.toString('utf8').replace(fields, '"$1":"$2"');
    return JSON.parse(lists ? text.replace(lists, quoteNumbers) : text);
  } catch (error) {
    throw new SextantError('undecodable', 'Malformed JSON.', { cause: error });
  }
}

/** Where 64-bit integers stand in the requests of a signal. */
export interface LongFields {
  readonly fields: RegExp;
  readonly lists: RegExp | null;
}

/** The fields with these names, and lists with that name. */
export function longFields(names: readonly string[], list: string | null = null): LongFields {
  const fields = new RegExp(String.raw`"(${names.join('|')})"\s*:\s*(-?[1-9]\d{15,})(?=\s*[,}])`, 'g');
  // A list is matched no further than its first letter, so that a hostile text is not searched again and again.
  return {
    fields,
    lists: list === null ? null : new RegExp(String.raw`"${list}"\s*:\s*\[[-+\d\s,.eE"]*\]`, 'g'),
  };
}

function quoteNumbers(list: string): string {
  return list.replace(/([[,]\s*)(-?[1-9]\d{15,})(?=\s*[,\]])/g, '$1"$2"');
}

// Outside of strings, a comma or an opening bracket comes before each value. JSON needs about two of them for what is
// one part in protobuf.
function countParts(body: Buffer): number {
  let marks = 0;
  let in_string = false;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (byte === quote) in_string = !in_string;
    else if (in_string) at += byte === backslash ? 1 : 0;
    else if (byte === comma || byte === bracket || byte === brace) marks += 1;
  }
  return marks / 2;
}

const [quote, comma, bracket, backslash, brace] = Buffer.from('",[\\{');
