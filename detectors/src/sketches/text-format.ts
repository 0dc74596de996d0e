/** Traits of a text's form. A text can have several. Phrases of refusal are known in English only. */
const traits: readonly (readonly [name: string, has: (text: string) => boolean])[] = [
  ['empty', (text) => text.trim() === ''],
  ['json', isJson],
  ['code', (text) => /```|^\s*(def |function |class |import |const |#include|SELECT )/m.test(text)],
  ['markdown', (text) => /^#{1,6} |\*\*[^*\n]+\*\*|\[[^\]\n]+\]\([^)\n]+\)|^\|.*\|$/m.test(text)],
  ['list', (text) => /^\s*([-*•]|\d{1,3}[.)]) \S.*\n\s*([-*•]|\d{1,3}[.)]) \S/m.test(text)],
  ['url', (text) => /\bhttps?:\/\//i.test(text)],
  [
    'refusal',
    (text) =>
      /\b(i('m| am) sorry,? but|i (can('|no)?t|am unable to|won't) (help|assist|provide|do|answer|comply)|as an ai\b|against my guidelines)/i.test(
        text.replaceAll('’', "'"),
      ),
  ],
];

export const format_names: readonly string[] = traits.map(([name]) => name);

/** Which traits the text has, in the order of `format_names`. */
export function formatsOf(text: string): boolean[] {
  return traits.map(([, has]) => has(text));
}

function isJson(text: string): boolean {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed)) return false;
  try {
    JSON.parse(trimmed);
    return true;
  } catch {
    return false;
  }
}
