import { SextantError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Options } from '../options.ts';
import type { Access } from './access.ts';
import { isLoopback } from './loopback.ts';

type AddressOptions = Pick<Options, 'host' | 'insecure' | 'tls_certificate'>;

/**
 * Refuses to listen where everybody could come in, and warns where keys would travel in the clear.
 * @throws SextantError startup_failed
 */
export function checkStart(options: AddressOptions, access: Pick<Access, 'isKeyAsked'>, log: Log): void {
  const { host, insecure, tls_certificate } = options;
  if (isLoopback(host)) return;
  if (!insecure && !access.isKeyAsked()) {
    throw new SextantError(
      'startup_failed',
      `Listening on ${host} needs a key: make one with "sextant keys create", set SEXTANT_KEY, or give --insecure.`,
    );
  }
  if (tls_certificate === null)
    log.warn(
      { host },
      'Keys and telemetry travel unencrypted: set SEXTANT_TLS_CERTIFICATE and SEXTANT_TLS_KEY.',
    );
}
