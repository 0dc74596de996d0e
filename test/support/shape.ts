/** Checks of public formats, written down from their documentation: each names what is wrong, by its place. */
export type Check = (value: unknown, place: string) => string[];

/** What is wrong with a value; empty where nothing is. */
export function problemsOf(value: unknown, check: Check): string[] {
  return check(value, '$');
}

interface TextLimits {
  readonly units_max?: number;
  readonly pattern?: RegExp;
  readonly is_empty_allowed?: boolean;
}

export function text({
  units_max = Number.POSITIVE_INFINITY,
  pattern,
  is_empty_allowed = false,
}: TextLimits = {}): Check {
  return (value, place) => {
    if (typeof value !== 'string') return [`${place} is no text`];
    if (value === '' && !is_empty_allowed) return [`${place} is empty`];
    if (value.length > units_max) return [`${place} has ${value.length} units, more than ${units_max}`];
    if (!value.isWellFormed()) return [`${place} is not well-formed`];
    return pattern === undefined || pattern.test(value) ? [] : [`${place} is "${value.slice(0, 80)}"`];
  };
}

export const time: Check = text({ pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/ });

export function address(pattern = /^https?:/): Check {
  return (value, place) => {
    const url = typeof value === 'string' ? URL.parse(value) : null;
    return url !== null && pattern.test(url.protocol) ? [] : [`${place} is no address`];
  };
}

export function oneOf(...choices: readonly unknown[]): Check {
  return (value, place) => (choices.includes(value) ? [] : [`${place} is ${JSON.stringify(value)}`]);
}

export function list(item: Check, count_max = Number.POSITIVE_INFINITY, count_min = 0): Check {
  return (value, place) => {
    if (!Array.isArray(value)) return [`${place} is no list`];
    if (value.length > count_max || value.length < count_min) return [`${place} has ${value.length} items`];
    return value.flatMap((one, index) => item(one, `${place}[${index}]`));
  };
}

/** Exactly these members, the optional ones where they are there. */
export function record(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  return (value, place) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${place} is no record`];
    const members = value as Readonly<Record<string, unknown>>;
    const known = { ...required, ...optional };
    const missing = Object.keys(required).filter((name) => !(name in members));
    const wrong = Object.entries(members).flatMap(([name, member]) => {
      const check = Object.hasOwn(known, name) ? known[name] : undefined;
      return check === undefined ? [`${place}.${name} is not known`] : check(member, `${place}.${name}`);
    });
    return [...missing.map((name) => `${place}.${name} is missing`), ...wrong];
  };
}

/** Any names, as far as they fit. */
export function dictionary(name: Check, member: Check): Check {
  return (value, place) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${place} is no record`];
    return Object.entries(value).flatMap(([key, one]) => [
      ...name(key, `${place} name`),
      ...member(one, `${place}.${key.slice(0, 40)}`),
    ]);
  };
}

/** By the type a record says it has. */
export function byType(checks: Readonly<Record<string, Check>>): Check {
  return (value, place) => {
    const type = String((value as { type?: unknown } | null)?.type);
    const check = Object.hasOwn(checks, type) ? checks[type] : undefined;
    return check === undefined ? [`${place} is of unknown type ${type}`] : check(value, place);
  };
}
