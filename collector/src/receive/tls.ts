import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { SextantError } from '../errors.ts';
import type { Log } from '../log.ts';

/** The certificate and key of the listeners. */
export interface Tls {
  context(): SecureContextOptions;
  /** Called with what to use from now on. */
  onRenewed(listener: (context: SecureContextOptions) => void): void;
  /** Reads the files again. One that does not fit is reported, and the last good pair stays in use. */
  renew(): Promise<void>;
  close(): void;
}

export interface TlsOptions {
  /** File of the certificate chain (PEM). */
  readonly tls_certificate: string | null;
  /** File of the private key (PEM). */
  readonly tls_key: string | null;
  readonly log: Log;
}

/**
 * Reads the files, and once a minute again: certificates are renewed while the collector runs. Null where none
 * are named.
 * @throws SextantError startup_failed
 */
export async function openTls({ tls_certificate, tls_key, log }: TlsOptions): Promise<Tls | null> {
  if (tls_certificate === null && tls_key === null) return null;
  if (tls_certificate === null || tls_key === null)
    throw new SextantError('startup_failed', 'SEXTANT_TLS_CERTIFICATE and SEXTANT_TLS_KEY go together.');
  const read = () => readPair(tls_certificate, tls_key);
  let pair = await read().catch((cause: Error) => {
    throw new SextantError('startup_failed', `The TLS files cannot be used: ${cause.message}`, { cause });
  });
  const listeners: ((context: SecureContextOptions) => void)[] = [];
  const renew = async () => {
    try {
      const found = await read();
      if (isSame(found, pair)) return;
      pair = found;
      for (const listener of listeners) listener(pair);
      log.info({ tls_certificate }, 'The TLS certificate was renewed.');
    } catch (error) {
      log.error({ error, tls_certificate }, 'The new TLS files cannot be used; the last ones stay in use.');
    }
  };
  const timer = setInterval(renew, renewal_ms).unref();
  return {
    context: () => pair,
    onRenewed: (listener) => listeners.push(listener),
    renew,
    close: () => clearInterval(timer),
  };
}

const renewal_ms = 60_000;

interface Pair {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: 'TLSv1.2';
}

async function readPair(certificate: string, key_file: string): Promise<Pair> {
  const [cert, key] = await Promise.all([readFile(certificate), readFile(key_file)]);
  const pair = { cert, key, minVersion: 'TLSv1.2' } as const;
  // Throws where one is no PEM or the key is not that of the certificate.
  createSecureContext(pair);
  return pair;
}

function isSame(a: Pair, b: Pair): boolean {
  return a.cert.equals(b.cert) && a.key.equals(b.key);
}
