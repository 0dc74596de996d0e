import { expect, it } from 'vitest';
import { checkStart } from '../../../collector/src/access/check-start.ts';
import { recordingLog } from '../../support/log.ts';

function check(given: { host: string; keys?: boolean; key?: string; insecure?: boolean; tls?: string }) {
  const { host, keys = false, key = null, insecure = false, tls = null } = given;
  const log = recordingLog();
  checkStart({ host, insecure, tls_certificate: tls, key }, { isKeyAsked: () => keys }, log);
  return log.lines;
}

it('listens to this machine without more', () => {
  expect(check({ host: '127.0.0.1' })).toEqual([]);
});

it('listens to others only with a key, or where it is told to', () => {
  const refusal = expect.objectContaining({
    code: 'startup_failed',
    message: expect.stringContaining('sextant keys create'),
  });
  expect(() => check({ host: '0.0.0.0' })).toThrow(refusal);
  expect(() => check({ host: '0.0.0.0', tls: 'chain.pem' })).toThrow(refusal);
  expect(check({ host: '0.0.0.0', tls: 'chain.pem', keys: true })).toEqual([]);
  expect(check({ host: '0.0.0.0', tls: 'chain.pem', insecure: true })).toEqual([]);
});

it('warns where keys travel in the clear', () => {
  expect(check({ host: '0.0.0.0', keys: true })).toEqual([expect.stringMatching(/^warn .*unencrypted/)]);
});

it('warns of a key that can be guessed, where others may try', () => {
  const reachable = { host: '0.0.0.0', keys: true, tls: 'certificate.pem' };
  expect(check({ ...reachable, key: 'tr0ub4dor&3' })).toEqual([expect.stringMatching(/^warn .*guessed/)]);
  expect(check({ ...reachable, key: 'x'.repeat(22) })).toEqual([]);
  expect(check({ host: '127.0.0.1', key: 'tr0ub4dor&3' })).toEqual([]);
});
