import type { IncomingHttpHeaders } from 'node:http';
import { type Credential, isScope, isTenantName } from './credential.ts';

/**
 * How the receiving process tells the store process who asks, on the socket in the data folder, which only the
 * collector's own user can open. The headers are built from the credential alone: nothing of the request from
 * outside is handed on under these names.
 */
export function forwardedHeaders({ tenant, scopes, actor }: Credential): Record<string, string> {
  return {
    'x-sextant-tenant': tenant,
    'x-sextant-scopes': [...scopes].join(','),
    'x-sextant-actor': actor,
  };
}

/** Null where the headers are not there: then nobody was let in. */
export function readForwarded(headers: IncomingHttpHeaders): Credential | null {
  const [tenant, scopes, actor] = ['tenant', 'scopes', 'actor'].map((name) => headers[`x-sextant-${name}`]);
  if (typeof tenant !== 'string' || !isTenantName(tenant)) return null;
  if (typeof scopes !== 'string' || typeof actor !== 'string' || actor === '') return null;
  return { tenant, scopes: new Set(scopes.split(',').filter(isScope)), actor };
}
