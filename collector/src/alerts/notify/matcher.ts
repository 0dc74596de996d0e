import { SextantError } from '../../errors.ts';
import { readPattern } from './pattern.ts';

/** A condition on one label, in the words of Alertmanager. A label that is not there is the empty text. */
export interface Matcher {
  readonly name: string;
  readonly value: string;
  /** Whether `value` is a pattern, see `pattern.ts`. */
  readonly isRegex: boolean;
  /** False turns the condition round. */
  readonly isEqual: boolean;
}

export type Labels = Readonly<Record<string, string>>;

const MATCHERS_MAX = 20;
const UNITS_MAX = 1000;

/** All of the matchers hold; none at all match everything. */
export function createMatch(matchers: readonly Matcher[]): (labels: Labels) => boolean {
  const conditions = matchers.map(({ name, value, isRegex, isEqual }) => {
    const fits = isRegex ? readPattern(value) : (text: string) => text === value;
    return (labels: Labels) => fits(labels[name] ?? '') === isEqual;
  });
  return (labels) => conditions.every((condition) => condition(labels));
}

/**
 * Reads a matcher as Alertmanager writes it: `service="shop"`, `model!="x"`, `model=~"gpt-.*"`, `model!~"gpt-.*"`.
 * Quotes may be left out.
 * @throws SextantError bad_request
 */
export function parseMatcher(text: string): Matcher {
  const parts = /^\s*([a-zA-Z_][\w.]*)\s*(=~|!~|!=|=)\s*(.*?)\s*$/su.exec(text.slice(0, UNITS_MAX));
  if (parts === null)
    throw new SextantError('bad_request', `"${text.slice(0, 100)}" is not like service="shop".`);
  const [, name = '', operator = '=', quoted = ''] = parts;
  const value = /^"(.*)"$/su.exec(quoted)?.[1]?.replaceAll(/\\(["\\])/g, '$1') ?? quoted;
  return checkMatchers([
    { name, value, isRegex: operator.endsWith('~'), isEqual: operator.startsWith('=') },
  ])[0] as Matcher;
}

export function matcherText({ name, value, isRegex, isEqual }: Matcher): string {
  const operator = isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!=';
  return `${name}${operator}${JSON.stringify(value)}`;
}

/** @throws SextantError bad_request for too many matchers, texts that are too long, or a pattern that cannot be used */
export function checkMatchers(matchers: readonly Matcher[]): readonly Matcher[] {
  if (matchers.length > MATCHERS_MAX)
    throw new SextantError('bad_request', `There are more than ${MATCHERS_MAX} matchers.`);
  for (const { name, value } of matchers) {
    if (name.length + value.length > UNITS_MAX)
      throw new SextantError('bad_request', `A matcher is longer than ${UNITS_MAX} characters.`);
  }
  createMatch(matchers);
  return matchers;
}
