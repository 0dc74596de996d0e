import { createHmac } from 'node:crypto';
import { SextantError } from '../errors.ts';

const PREFIX = 'whsec_';
const BYTES_MIN = 24;
const BYTES_MAX = 64;

interface Signed {
  readonly id: string;
  /** Seconds since 1970, of this attempt. */
  readonly timestamp_s: number;
  readonly body: string;
}

/**
 * The value of the header webhook-signature: one signature for each secret, so that a receiver may hold the
 * old or the new one while secrets change.
 * Source: Standard Webhooks 1.0.0, symmetric scheme v1: HMAC-SHA256 over `id.timestamp.body`.
 */
export function sign(secrets: readonly Uint8Array[], { id, timestamp_s, body }: Signed): string {
  const content = `${id}.${timestamp_s}.${body}`;
  return secrets
    .map((secret) => `v1,${createHmac('sha256', secret).update(content).digest('base64')}`)
    .join(' ');
}

/**
 * Reads a secret, "whsec_" and the base64 of 24 to 64 bytes.
 * @throws SextantError bad_request; the message does not repeat the secret
 */
export function readSecret(text: string): Uint8Array {
  const encoded = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : null;
  const secret = Buffer.from(encoded ?? '', 'base64');
  // Buffer skips what is not base64; writing it back shows whether anything was skipped.
  const exact = secret.toString('base64').replace(/=+$/, '') === encoded?.replace(/=+$/, '');
  if (!exact || secret.length < BYTES_MIN || secret.length > BYTES_MAX) {
    throw new SextantError(
      'bad_request',
      `A webhook secret must be "${PREFIX}" and the base64 of ${BYTES_MIN} to ${BYTES_MAX} bytes.`,
    );
  }
  return secret;
}
