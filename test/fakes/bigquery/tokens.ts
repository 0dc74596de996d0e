import { invalidQuery } from './errors.ts';

export interface Token {
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'parameter' | 'sign';
  /** A word as written, a name or text without its quotes, a sign as it is. */
  readonly value: string;
}

const patterns: readonly [Token['kind'] | 'blank', RegExp][] = [
  ['blank', /\s+|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\//y],
  ['text', /'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"/y],
  ['name', /`[^`\n]+`/y],
  ['parameter', /@[A-Za-z_]\w*/y],
  ['number', /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['word', /[A-Za-z_]\w*/y],
  ['sign', /\|\||<=|>=|<>|!=|[-+*/<>=(),.;[\]]/y],
];

/** Cuts GoogleSQL into tokens, without comments and blanks. */
export function tokenize(statement: string): Token[] {
  const tokens: Token[] = [];
  let place = 0;
  while (place < statement.length) {
    const [kind, value] = next(statement, place);
    place += value.length;
    if (kind !== 'blank') tokens.push({ kind, value: unquote(kind, value) });
  }
  return tokens;
}

function next(statement: string, place: number): [Token['kind'] | 'blank', string] {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = place;
    const value = pattern.exec(statement)?.[0];
    if (value !== undefined) return [kind, value];
  }
  throw invalidQuery(`Syntax error: Unexpected "${statement.slice(place, place + 10)}" at offset ${place}`);
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
};

function unquote(kind: Token['kind'], value: string): string {
  if (kind === 'name') return value.slice(1, -1);
  if (kind === 'parameter') return value.slice(1);
  if (kind !== 'text') return value;
  return value.slice(1, -1).replace(/\\([\s\S])/g, (_, letter: string) => {
    const character = escapes[letter];
    if (character === undefined) throw invalidQuery(`Syntax error: Illegal escape sequence: \\${letter}`);
    return character;
  });
}
