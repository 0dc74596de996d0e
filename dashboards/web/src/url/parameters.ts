/** Reading and writing the query string of the page: plain names and plain texts, no JSON. */
export function parseParameters(query: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(query));
}

export function writeParameters(values: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

/** The named parameters that hold some text; the others are left out. */
export function pick<Name extends string>(
  raw: Readonly<Record<string, unknown>>,
  names: readonly Name[],
): { [N in Name]?: string } {
  const picked: { [N in Name]?: string } = {};
  for (const name of names) {
    const value = raw[name];
    if (typeof value === 'string' && value !== '') picked[name] = value;
  }
  return picked;
}
