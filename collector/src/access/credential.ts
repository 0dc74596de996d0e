/**
 * Who makes a request and what it may do. The tenant comes from here alone: never from a header, a resource
 * attribute or a body.
 */
export interface Credential {
  readonly tenant: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Who is written into the audit: id of the key, "SEXTANT_KEY", or "anyone" where no key is asked. */
  readonly actor: string;
}

/** `ingest` may send telemetry, `read` may ask, `admin` may change and erase. None includes another. */
export const scopes = ['ingest', 'read', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** The tenant of a collector that knows no others. */
export const default_tenant = 'default';

export function isScope(text: unknown): text is Scope {
  return (scopes as readonly unknown[]).includes(text);
}

/** Tenants are named by the operator; a name is safe in a path, a header and a log. */
export function isTenantName(text: string): boolean {
  return /^[a-z0-9][a-z0-9_-]{0,62}$/.test(text);
}
