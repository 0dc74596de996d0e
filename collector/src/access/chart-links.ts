import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { SextantError } from '../errors.ts';
import type { Credential } from './credential.ts';

/**
 * Addresses of the charts of alerts that can be fetched without a key: by Slack, by a mail client, by whoever reads
 * the message they stand in. Each is for one alert of one tenant and ends; that is what its signature is over.
 */
export interface ChartLinks {
  /** Path and query. */
  pathOf(tenant: string, alert_id: string): string;
  /**
   * Who fetches a path is taken to be, for this one image.
   * @throws SextantError unauthenticated for a path that was not made here, was changed, or has ended
   */
  credentialOf(path: string): Credential;
}

/** As long as somebody may still read the message. */
const LIFETIME_MS = 7 * 24 * 3_600_000;

interface ChartLinksParts {
  /** See `openKeysFile`: both processes have it open, and so sign and check with the same secret. */
  readonly database: DatabaseSync;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export function createChartLinks({ database, now }: ChartLinksParts): ChartLinks {
  const secret = secretOf(database);
  // The words before it keep a signature from meaning anything else.
  const sign = (path: string) => createHmac('sha256', secret).update(`chart of an alert: ${path}`).digest();
  return {
    pathOf(tenant, alert_id) {
      const path = `/charts/${tenant}/${alert_id}.png?expires=${Math.ceil((now() + LIFETIME_MS) / 1000)}`;
      return `${path}&signature=${sign(path).toString('base64url')}`;
    },
    credentialOf(path) {
      const parts = form.exec(path)?.groups;
      const { signed = '', tenant = '', expires, signature = '' } = parts ?? {};
      const is_ours =
        parts !== undefined && timingSafeEqual(Buffer.from(signature, 'base64url'), sign(signed));
      if (!is_ours || now() >= Number(expires) * 1000)
        throw new SextantError('unauthenticated', 'This address of a chart is not valid, or not any more.');
      return { tenant, scopes: new Set(['read']), actor: 'chart link' };
    },
  };
}

/** Signatures are 32 bytes in base64url. */
const form =
  /^(?<signed>\/charts\/(?<tenant>[^/?]+)\/[^/?]+\.png\?expires=(?<expires>\d{1,12}))&signature=(?<signature>[\w-]{43})$/;

function secretOf(database: DatabaseSync): Uint8Array {
  database
    .prepare("INSERT OR IGNORE INTO secrets (name, value) VALUES ('chart_links', ?)")
    .run(randomBytes(32));
  const row = database.prepare("SELECT value FROM secrets WHERE name = 'chart_links'").get();
  return row?.['value'] as Uint8Array;
}
