import { invalidQuery } from './errors.ts';
import { type Token, tokenize } from './tokens.ts';

/** GoogleSQL as DuckDB understands it. */
export interface Translation {
  /** As in the job statistics: SELECT, DELETE, SCRIPT and so on. */
  readonly statement_type: string;
  /** Null for a statement this fake only recognises. */
  readonly sql: string | null;
  readonly tokens: readonly Token[];
}

/** Functions of GoogleSQL that DuckDB has too, with the same meaning, by their name there. */
const functions: Readonly<Record<string, string>> = {
  ANY_VALUE: 'any_value',
  ARRAY_CONCAT: 'list_concat',
  ARRAY_LENGTH: 'len',
  AVG: 'avg',
  COALESCE: 'coalesce',
  COUNT: 'count',
  COUNTIF: 'count_if',
  DIV: 'divide',
  IF: 'if',
  IFNULL: 'ifnull',
  LEFT: 'left',
  LENGTH: 'length',
  LOGICAL_AND: 'bool_and',
  LOGICAL_OR: 'bool_or',
  LOWER: 'lower',
  MAX: 'max',
  MIN: 'min',
  ROW_NUMBER: 'row_number',
  STRPOS: 'strpos',
  SUM: 'sum',
  TIMESTAMP_MICROS: 'make_timestamp',
  UNIX_MICROS: 'epoch_us',
  UPPER: 'upper',
};

/** Functions that look different in DuckDB. */
const rewritten: Readonly<Record<string, (words: Words) => string>> = {
  // In DuckDB a list begins at 1, and -1 is its last element.
  ARRAY_LAST: ([list]) => `(${list})[-1]`,
  LAX_STRING: ([json]) => `((${json}) ->> '$')`,
  // DuckDB's md5 is hexadecimal already.
  TO_HEX: ([digest]) => {
    if (!digest?.startsWith('md5(')) throw unknown('TO_HEX of anything but MD5');
    return digest;
  },
  MD5: ([text]) => `md5(${text})`,
  TIMESTAMP_TRUNC: ([time, part]) => {
    if (part?.toUpperCase() !== 'DAY') throw unknown(`TIMESTAMP_TRUNC by ${part}`);
    return `date_trunc('day', ${time})`;
  },
};

const types: Readonly<Record<string, string>> = {
  BIGINT: 'BIGINT',
  BOOL: 'BOOLEAN',
  FLOAT64: 'DOUBLE',
  INT64: 'BIGINT',
  JSON: 'JSON',
  STRING: 'VARCHAR',
  TIMESTAMP: 'TIMESTAMP',
};

/** Words that may stand before a parenthesis without being a function. */
const keywords: ReadonlySet<string> = new Set(
  `ALL AND AS BETWEEN BY CASE DISTINCT ELSE EXISTS FROM HAVING IN JOIN LIMIT NOT ON OR OVER QUALIFY REPLACE SELECT
  THEN USING WHEN WHERE`.split(/\s+/),
);

/** Words DuckDB would take and GoogleSQL would not. */
const foreign: ReadonlySet<string> = new Set(
  'ANTI ASOF EXCLUDE GLOB ILIKE POSITIONAL SEMI SIMILAR'.split(' '),
);

/** Statements of GoogleSQL this fake knows by their first word, without being able to run them. */
const statements: ReadonlySet<string> = new Set(
  'ALTER BEGIN CALL COMMIT CREATE DECLARE DROP EXECUTE EXPORT GRANT INSERT LOAD MERGE REVOKE ROLLBACK SET TRUNCATE UPDATE'.split(
    ' ',
  ),
);

type Words = readonly string[];

/**
 * Translates exactly the constructs this project uses. Whatever it does not know is an error: a guess would let
 * a test pass that BigQuery would not.
 */
export function translate(statement: string): Translation {
  const tokens = tokenize(statement);
  while (tokens.at(-1)?.value === ';') tokens.pop();
  if (tokens.length === 0) throw invalidQuery('Syntax error: Unexpected end of statement');
  const first = upper(tokens[0]);
  if (tokens.some(isSign(';'))) return { statement_type: 'SCRIPT', sql: null, tokens };
  if (statements.has(first)) return { statement_type: first, sql: null, tokens };
  if (!['SELECT', 'WITH', 'DELETE', '('].includes(first))
    throw invalidQuery(`Syntax error: Unexpected keyword ${tokens[0]?.value}`);
  return { statement_type: first === 'DELETE' ? 'DELETE' : 'SELECT', sql: render(tokens), tokens };
}

function render(tokens: readonly Token[]): string {
  const words: string[] = [];
  for (let index = 0; index < tokens.length; ) {
    const { text, length } = step(tokens.slice(index), tokens[index - 1]);
    words.push(text);
    index += length;
  }
  return words.join(' ');
}

interface Step {
  readonly text: string;
  /** Tokens used up. */
  readonly length: number;
}

function step(tokens: readonly Token[], before: Token | undefined): Step {
  const [token, after] = tokens as readonly [Token, Token | undefined];
  const is_call = token.kind === 'word' && after?.value === '(' && after.kind === 'sign';
  if (is_call && !keywords.has(upper(token))) return call(tokens, before);
  if (upper(token) === 'IN' && upper(after) === 'UNNEST') return membership(tokens);
  // DuckDB has no query in parentheses after common table expressions; selecting from it is the same.
  if (isSign('(')(token) && isSign(')')(before)) return { text: 'FROM (', length: 1 };
  if (token.kind === 'word' && after?.kind === 'sign' && after.value === '[') return subscript(tokens);
  return { text: single(token, before), length: 1 };
}

function single(token: Token, before: Token | undefined): string {
  switch (token.kind) {
    case 'text':
      if (['FROM', 'JOIN'].includes(upper(before)))
        throw invalidQuery('Syntax error: Unexpected string literal');
      return `'${token.value.replaceAll("'", "''")}'`;
    case 'name':
      // There is one project in the fake.
      return token.value
        .split('.')
        .slice(-2)
        .map((part) => `"${part}"`)
        .join('.');
    case 'parameter':
      return `$${token.value}`;
    case 'word':
      if (foreign.has(upper(token))) throw invalidQuery(`Syntax error: Unexpected keyword ${token.value}`);
      return token.value;
    case 'sign':
      if (token.value === '[' || token.value === ']') throw unknown('a list literal');
      if (token.value === '/' && before?.value === '/') throw invalidQuery('Syntax error: Unexpected "/"');
      return token.value;
    default:
      return token.value;
  }
}

function call(tokens: readonly Token[], before: Token | undefined): Step {
  const name = upper(tokens[0]);
  const { inner, length } = parenthesis(tokens, 1);
  if (name === 'UNNEST') return unnest(tokens, inner, length);
  if (name === 'CAST') return { text: cast(inner), length };
  if (name === 'APPROX_QUANTILES') return quantile(inner, tokens.slice(length), length);
  if (name === 'ARRAY_AGG') return { text: arrayAgg(inner), length };
  const rewrite = rewritten[name];
  if (rewrite) return { text: rewrite(split(inner).map(render)), length };
  const duckdb_name = functions[name];
  // The columns of a common table expression look like a call.
  if (!duckdb_name) throw unknown(`the function ${tokens[0]?.value} after "${before?.value ?? ''}"`);
  return { text: `${duckdb_name}(${render(inner)})`, length };
}

function cast(inner: readonly Token[]): string {
  const as = inner.findLastIndex((token) => upper(token) === 'AS');
  const [outer, open, element, close] = inner.slice(as + 1);
  const is_list = upper(outer) === 'ARRAY' && open?.value === '<' && close?.value === '>';
  const type = types[upper(is_list ? element : outer)];
  if (as < 0 || !type) throw unknown(`a cast to ${outer?.value}`);
  return `CAST(${render(inner.slice(0, as))} AS ${type}${is_list ? '[]' : ''})`;
}

/** ARRAY_AGG([DISTINCT] x [IGNORE NULLS] [ORDER BY …]); DuckDB leaves nulls out by a filter. */
function arrayAgg(inner: readonly Token[]): string {
  const ignore = inner.findIndex(
    (token, index) => upper(token) === 'IGNORE' && upper(inner[index + 1]) === 'NULLS',
  );
  if (ignore < 0) return `array_agg(${render(inner)})`;
  const value = inner.slice(upper(inner[0]) === 'DISTINCT' ? 1 : 0, ignore);
  const rest = [...inner.slice(0, ignore), ...inner.slice(ignore + 2)];
  return `array_agg(${render(rest)}) FILTER ((${render(value)}) IS NOT NULL)`;
}

/** APPROX_QUANTILES(x, parts)[OFFSET(part)]; DuckDB gives the exact one. */
function quantile(inner: readonly Token[], after: readonly Token[], length: number): Step {
  const [value, parts] = split(inner);
  const [open, offset, , part, , close] = after;
  if (open?.value !== '[' || upper(offset) !== 'OFFSET' || close?.value !== ']')
    throw unknown('APPROX_QUANTILES without an offset');
  const share = Number(part?.value) / Number(parts?.[0]?.value);
  return { text: `quantile_cont(${render(value ?? [])}, ${share})`, length: length + 6 };
}

/** UNNEST(list) AS element [WITH OFFSET AS place], joined to what stands before it. */
function unnest(tokens: readonly Token[], inner: readonly Token[], length: number): Step {
  const [as, element, ...rest] = tokens.slice(length);
  if (upper(as) !== 'AS' || element?.kind !== 'word') throw unknown('UNNEST without a name');
  const list = render(inner);
  const [with_word, offset, as_place, place] = rest;
  if (upper(with_word) !== 'WITH')
    return { text: `LATERAL (SELECT unnest(${list}) AS ${element.value})`, length: length + 2 };
  if (upper(offset) !== 'OFFSET' || upper(as_place) !== 'AS' || place?.kind !== 'word')
    throw unknown('UNNEST WITH OFFSET without a name');
  const places = `generate_subscripts(${list}, 1) - 1 AS ${place.value}`;
  return { text: `LATERAL (SELECT unnest(${list}) AS ${element.value}, ${places})`, length: length + 6 };
}

function membership(tokens: readonly Token[]): Step {
  const { inner, length } = parenthesis(tokens, 2);
  return { text: `IN (SELECT unnest(${render(inner)}))`, length };
}

/** A key of a JSON value, given as a parameter. */
function subscript(tokens: readonly Token[]): Step {
  const [json, , key, end] = tokens;
  if (key?.kind !== 'parameter' || end?.value !== ']') throw unknown('a subscript that is not a parameter');
  return { text: `(${json?.value} -> $${key.value})`, length: 4 };
}

/** What stands between the parenthesis at `start` and the one that closes it. */
function parenthesis(tokens: readonly Token[], start: number): { inner: readonly Token[]; length: number } {
  let depth = 0;
  for (let index = start; index < tokens.length; index++) {
    if (isSign('(')(tokens[index])) depth++;
    if (isSign(')')(tokens[index])) depth--;
    if (depth === 0) return { inner: tokens.slice(start + 1, index), length: index + 1 };
  }
  throw invalidQuery('Syntax error: Expected ")" but got end of statement');
}

function split(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (isSign('(')(token)) depth++;
    if (isSign(')')(token)) depth--;
    if (depth === 0 && isSign(',')(token)) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

function isSign(value: string): (token: Token | undefined) => boolean {
  return (token) => token?.kind === 'sign' && token.value === value;
}

function upper(token: Token | undefined): string {
  return token?.kind === 'word' || token?.kind === 'sign' ? token.value.toUpperCase() : '';
}

function unknown(what: string): Error {
  return invalidQuery(`This fake does not know ${what}.`);
}
