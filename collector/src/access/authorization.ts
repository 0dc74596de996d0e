/** What an Authorization header holds for us. */
export interface Authorization {
  readonly scheme: 'bearer' | 'basic';
  readonly key: string;
}

/** The key as programs send it, or as the password of the dialog a browser shows by itself. */
export function readAuthorization(header: string | undefined): Authorization | null {
  const [scheme, value] = (header ?? '').split(' ', 2);
  if (value === undefined) return null;
  if (scheme?.toLowerCase() === 'bearer') return { scheme: 'bearer', key: value };
  if (scheme?.toLowerCase() !== 'basic') return null;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return { scheme: 'basic', key: pair.slice(pair.indexOf(':') + 1) };
}
