import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign as signWith } from 'node:crypto';
import { SextantError } from '../errors.ts';

const SHARED_PREFIX = 'whsec_';
const PRIVATE_PREFIX = 'whsk_';
const PUBLIC_PREFIX = 'whpk_';
const SHARED_BYTES_MIN = 24;
const SHARED_BYTES_MAX = 64;
const SEED_BYTES = 32;
/** What stands before the seed in a private key of Ed25519 written in DER. Source: RFC 8410, section 7. */
const SEED_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Signs with one secret. */
export interface Signer {
  /** One signature as it stands in the header: scheme, comma, base64. */
  sign(content: string): string;
  /** What receivers verify with, "whpk_" and base64; null for a secret that both sides share. */
  readonly public_key: string | null;
}

interface Signed {
  readonly id: string;
  /** Seconds since 1970, of this attempt. */
  readonly timestamp_s: number;
  readonly body: string;
}

/**
 * The value of the header webhook-signature: one signature for each secret, so that a receiver may hold the
 * old or the new one while secrets change.
 * Source: Standard Webhooks 1.0.0: schemes v1, HMAC-SHA256, and v1a, Ed25519, over `id.timestamp.body`.
 */
export function sign(signers: readonly Signer[], { id, timestamp_s, body }: Signed): string {
  const content = `${id}.${timestamp_s}.${body}`;
  return signers.map((signer) => signer.sign(content)).join(' ');
}

/** The headers of one attempt. Without signers nothing is signed. */
export function webhookHeaders(
  signers: readonly Signer[],
  id: string,
  body: string,
): Readonly<Record<string, string>> {
  const timestamp_s = Math.floor(Date.now() / 1000);
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp_s),
    ...(signers.length > 0 && { 'webhook-signature': sign(signers, { id, timestamp_s, body }) }),
  };
}

export function publicKeys(signers: readonly Signer[]): string[] {
  return signers.map(({ public_key }) => public_key).filter((key) => key !== null);
}

/**
 * Reads a secret: "whsec_" and the base64 of 24 to 64 bytes, which both sides hold, or "whsk_" and the base64 of
 * a private key of Ed25519, its seed of 32 bytes alone or followed by the public key.
 * @throws SextantError bad_request; the message does not repeat the secret
 */
export function readSecret(text: string): Signer {
  const bytes = readBytes(text);
  const signer = text.startsWith(PRIVATE_PREFIX) ? privateSigner(bytes) : sharedSigner(bytes);
  if (signer !== null) return signer;
  throw new SextantError(
    'bad_request',
    `A webhook secret must be "${SHARED_PREFIX}" and the base64 of ${SHARED_BYTES_MIN} to ${SHARED_BYTES_MAX} bytes, ` +
      `or "${PRIVATE_PREFIX}" and the base64 of a private key of Ed25519.`,
  );
}

/** Empty for what is no secret. */
function readBytes(text: string): Buffer {
  const encoded = new RegExp(`^(?:${SHARED_PREFIX}|${PRIVATE_PREFIX})(.*?)=*$`).exec(text)?.[1] ?? '';
  const bytes = Buffer.from(encoded, 'base64');
  // Buffer skips what is not base64; writing it back shows whether anything was skipped.
  return bytes.toString('base64').replace(/=+$/, '') === encoded ? bytes : Buffer.alloc(0);
}

function sharedSigner(secret: Buffer): Signer | null {
  if (secret.length < SHARED_BYTES_MIN || secret.length > SHARED_BYTES_MAX) return null;
  return {
    sign: (content) => `v1,${createHmac('sha256', secret).update(content).digest('base64')}`,
    public_key: null,
  };
}

function privateSigner(secret: Buffer): Signer | null {
  if (secret.length !== SEED_BYTES && secret.length !== 2 * SEED_BYTES) return null;
  const der = Buffer.concat([SEED_HEAD, secret.subarray(0, SEED_BYTES)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const public_bytes = publicBytes(key);
  const claimed = secret.subarray(SEED_BYTES);
  if (claimed.length > 0 && !claimed.equals(public_bytes)) return null;
  return {
    sign: (content) => `v1a,${signWith(null, Buffer.from(content), key).toString('base64')}`,
    public_key: PUBLIC_PREFIX + public_bytes.toString('base64'),
  };
}

function publicBytes(key: KeyObject): Buffer {
  return Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url');
}
