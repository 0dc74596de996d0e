import { SextantError } from '../../errors.ts';

const PATTERN_UNITS_MAX = 500;

/**
 * A pattern as far as it can be matched without going back: alternatives between `|`, each of literal characters,
 * `.` for any one character, `.*` for any number and `.+` for at least one, and `\` before a character meant
 * literally. It matches the whole text. Anything else a regular expression may have is refused, so that no
 * pattern takes longer than its length times the length of the text.
 * @throws SextantError bad_request
 */
export function readPattern(text: string): (value: string) => boolean {
  if (text.length > PATTERN_UNITS_MAX) throw bad(text, `is longer than ${PATTERN_UNITS_MAX} characters`);
  const alternatives = readAlternatives(text);
  return (value) => alternatives.some((tokens) => matches(tokens, value));
}

type Token = { readonly kind: 'literal'; readonly text: string } | { readonly kind: 'one' | 'many' };

function readAlternatives(text: string): Token[][] {
  const alternatives: Token[][] = [[]];
  const add = (...tokens: Token[]) => alternatives.at(-1)?.push(...tokens);
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    const next = text.charAt(index + 1);
    if (character === '|') alternatives.push([]);
    else if (character === '\\' && next !== '') add({ kind: 'literal', text: text.charAt(++index) });
    else if (character === '.' && next === '*') [index] = [index + 1, add({ kind: 'many' })];
    else if (character === '.' && next === '+') [index] = [index + 1, add({ kind: 'one' }, { kind: 'many' })];
    else if (character === '.') add({ kind: 'one' });
    else if ('^$*+?()[]{}\\'.includes(character))
      throw bad(text, `has "${character}", which is not supported`);
    else add({ kind: 'literal', text: character });
  }
  return alternatives;
}

/** Greedy with one place to return to: the latest `many`. Source: the classic wildcard match, linear but for it. */
function matches(tokens: readonly Token[], value: string): boolean {
  let [token, unit, last_many, resume] = [0, 0, -1, 0];
  while (unit < value.length) {
    const current = tokens[token];
    if (current?.kind === 'many') [last_many, resume, token] = [token, unit, token + 1];
    else if (current !== undefined && fits(current, value.charAt(unit)))
      [token, unit] = [token + 1, unit + 1];
    else if (last_many >= 0) [token, unit, resume] = [last_many + 1, resume + 1, resume + 1];
    else return false;
  }
  return tokens.slice(token).every(({ kind }) => kind === 'many');
}

function fits(token: Token, character: string): boolean {
  return token.kind === 'one' || (token.kind === 'literal' && token.text === character);
}

function bad(text: string, problem: string): SextantError {
  return new SextantError(
    'bad_request',
    `The pattern "${text.slice(0, 100)}" ${problem}; patterns have literal characters, ., .*, .+ and |.`,
  );
}
