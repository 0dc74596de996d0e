/**
 * Control and format characters: they turn the order of reading around or are not seen at all, and so make text
 * lie about itself.
 */
const deceptive = /[\p{Cc}\p{Cf}]/gu;
/** White space, and what joins emoji and letters of several scripts. */
const harmless = new Set(['\t', '\n', '\r', '\u200c', '\u200d']);

/** The text with deceptive characters written out, as in `[U+202E]`. */
export function reveal(text: string): string {
  return text.replace(deceptive, (character) => (harmless.has(character) ? character : describe(character)));
}

/** The first `length_max` characters, not cutting one in half. */
export function head(text: string, length_max: number): string {
  if (text.length <= length_max) return text;
  const last = text.charCodeAt(length_max - 1);
  const cuts_pair = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, cuts_pair ? length_max - 1 : length_max);
}

/** JSON for reading. Text that is itself a JSON document is shown as that document. */
export function prettyJson(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value, null, 2) ?? 'undefined';
  const parsed = parseDocument(value);
  return parsed === undefined ? value : JSON.stringify(parsed, null, 2);
}

/** The object or array that the text spells, or undefined. */
function parseDocument(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // Not JSON after all: it is shown as the text it is.
    return undefined;
  }
}

function describe(character: string): string {
  return `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
}
