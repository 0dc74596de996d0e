import { SextantError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Options } from '../options.ts';
import type { Access } from './access.ts';
import { isGuessable } from './key-text.ts';
import { isLoopback } from './loopback.ts';

type AddressOptions = Pick<Options, 'host' | 'insecure' | 'tls_certificate' | 'key'>;

/**
 * Refuses to listen where everybody could come in, and warns where keys would travel in the clear.
 * @throws SextantError startup_failed
 */
export function checkStart(options: AddressOptions, access: Pick<Access, 'isKeyAsked'>, log: Log): void {
  const { host, insecure, tls_certificate, key } = options;
  if (isLoopback(host)) return;
  if (!insecure && !access.isKeyAsked()) {
    throw new SextantError(
      'startup_failed',
      `Listening on ${host} needs a key: make one with "sextant keys create", set SEXTANT_KEY, or give --insecure.`,
    );
  }
  if (key !== null && isGuessable(key))
    log.warn({ host }, 'SEXTANT_KEY can be guessed: give it 22 characters or more.');
  if (tls_certificate === null)
    log.warn(
      { host },
      'Keys and telemetry travel unencrypted: set SEXTANT_TLS_CERTIFICATE and SEXTANT_TLS_KEY.',
    );
}
