import { parseDuration } from '../../duration.ts';
import { SextantError } from '../../errors.ts';

export type Path = readonly (string | number)[];

/** What is wrong in a document, and where. */
export class FieldError extends SextantError {
  readonly path: Path;
  readonly problem: string;

  constructor(path: Path, problem: string) {
    super('bad_request', `${pathText(path)} ${problem}.`);
    this.path = path;
    this.problem = problem;
  }
}

export function pathText(path: Path): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return text === '' ? 'the document' : text.replace(/^\./, '');
}

/** Reads the fields of one object. Every method throws a FieldError that names the field. */
export interface Fields {
  readonly path: Path;
  has(name: string): boolean;
  value(name: string): unknown;
  text(name: string, fallback?: string | null): string;
  optionalText(name: string): string | null;
  number(name: string, options?: NumberOptions): number;
  boolean(name: string, fallback: boolean): boolean;
  /** Such as "5m" or "1h30m"; gives milliseconds. */
  duration(name: string, fallback?: string): number;
  choice<const Choice extends string>(name: string, choices: readonly Choice[], fallback?: Choice): Choice;
  texts(name: string, fallback?: readonly string[]): string[];
  /** An object of texts; numbers and booleans become texts. */
  record(name: string): Record<string, string>;
  object(name: string): Fields;
  list(name: string): readonly unknown[];
  /** @throws FieldError for a field that was not asked for: one that is spelt wrong must not go unnoticed */
  end(): void;
}

interface NumberOptions {
  readonly fallback?: number;
  readonly min?: number;
  readonly max?: number;
  readonly integer?: boolean;
}

const TEXT_UNITS_MAX = 10_000;
const ENTRIES_MAX = 1_000;

export function readFields(value: unknown, path: Path): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new FieldError(path, 'must be an object');
  const fields = value as Readonly<Record<string, unknown>>;
  const asked = new Set<string>();

  function get(name: string): unknown {
    asked.add(name);
    return Object.hasOwn(fields, name) ? (fields[name] ?? null) : null;
  }
  function fail(name: string, problem: string): never {
    throw new FieldError([...path, name], problem);
  }
  function required<Value>(name: string, fallback: Value | null | undefined): Value {
    return fallback ?? fail(name, 'is missing');
  }

  function text(name: string, fallback?: string | null): string {
    const found = get(name) ?? required(name, fallback);
    if (typeof found !== 'string' || found.trim() === '')
      return fail(name, 'must be a text that is not empty');
    if (found.length > TEXT_UNITS_MAX) return fail(name, `is longer than ${TEXT_UNITS_MAX} characters`);
    return found;
  }

  function number(name: string, { fallback, min, max, integer = false }: NumberOptions = {}): number {
    const found = get(name) ?? required(name, fallback);
    if (typeof found !== 'number' || !Number.isFinite(found)) return fail(name, 'must be a number');
    if (integer && !Number.isSafeInteger(found)) return fail(name, 'must be a whole number');
    if (min !== undefined && found < min) return fail(name, `must be at least ${min}`);
    if (max !== undefined && found > max) return fail(name, `must be at most ${max}`);
    return found;
  }

  function boolean(name: string, fallback: boolean): boolean {
    const found = get(name) ?? fallback;
    return typeof found === 'boolean' ? found : fail(name, 'must be true or false');
  }

  function choice<const Choice extends string>(
    name: string,
    choices: readonly Choice[],
    fallback?: Choice,
  ): Choice {
    const found = get(name) ?? required(name, fallback);
    return choices.find((one) => one === found) ?? fail(name, `must be one of: ${choices.join(', ')}`);
  }

  function list(name: string): readonly unknown[] {
    const found = get(name) ?? [];
    if (!Array.isArray(found)) return fail(name, 'must be a list');
    return found.length > ENTRIES_MAX ? fail(name, `has more than ${ENTRIES_MAX} entries`) : found;
  }

  function texts(name: string, fallback: readonly string[] = []): string[] {
    const found = get(name) === null ? fallback : list(name);
    if (!found.every((one) => typeof one === 'string')) return fail(name, 'must be a list of texts');
    return [...found];
  }

  function record(name: string): Record<string, string> {
    const entries = Object.entries(get(name) === null ? {} : (get(name) as object));
    if (Array.isArray(get(name)) || entries.length > ENTRIES_MAX)
      return fail(name, 'must be an object of texts');
    const scalars = entries.every(([, one]) => ['string', 'number', 'boolean'].includes(typeof one));
    return scalars
      ? Object.fromEntries(entries.map(([key, one]) => [key, String(one)]))
      : fail(name, 'must be an object of texts');
  }

  return {
    path,
    has: (name) => get(name) !== null,
    value: get,
    text,
    optionalText: (name) => (get(name) === null ? null : text(name)),
    number,
    boolean,
    duration: (name, fallback) =>
      milliseconds(text(name, fallback)) ?? fail(name, 'must be like 30s, 5m or 1h'),
    choice,
    texts,
    record,
    object: (name) => readFields(get(name) ?? {}, [...path, name]),
    list,
    end() {
      const unknown = Object.keys(fields).find((name) => !asked.has(name));
      if (unknown !== undefined) fail(unknown, `is not known; there are: ${[...asked].join(', ')}`);
    },
  };
}

function milliseconds(text: string): number | null {
  try {
    return text === '0' ? 0 : parseDuration(text);
  } catch (error) {
    if (error instanceof SextantError) return null;
    throw error;
  }
}
