import { expect, it } from 'vitest';
import { checkStart } from '../../../collector/src/access/check-start.ts';
import { recordingLog } from '../../support/log.ts';

function check(given: { host: string; keys?: boolean; insecure?: boolean; tls?: string }) {
  const { host, keys = false, insecure = false, tls = null } = given;
  const log = recordingLog();
  checkStart({ host, insecure, tls_certificate: tls }, { isKeyAsked: () => keys }, log);
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
