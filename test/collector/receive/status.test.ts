import { describe, expect, it } from 'vitest';
import { type ErrorCode, errors, SextantError } from '../../../collector/src/errors.ts';
import { acceptsGzip } from '../../../collector/src/receive/media.ts';
import { RetryLater } from '../../../collector/src/receive/refusal.ts';
import { shorten } from '../../../collector/src/receive/shorten.ts';
import { encodeStatus } from '../../../collector/src/receive/status.ts';
import { readStatus } from './support/messages.ts';

describe('google.rpc.Status', () => {
  it.each(Object.keys(errors) as ErrorCode[])('says the same of %s in protobuf and in JSON', (code) => {
    const error = new SextantError(code, 'Größe 😀');
    const protobuf = readStatus(encodeStatus(error, 'protobuf'), 'application/x-protobuf');
    const json = readStatus(encodeStatus(error, 'json'), 'application/json');
    expect(protobuf).toMatchObject({ code: json.code, message: error.message });
    expect(json.message).toBe(error.message);
    expect(protobuf.details.map((detail) => detail['@type'])).toEqual(
      json.details.map((detail) => detail['@type']),
    );
  });

  it('tells when to try again', () => {
    const error = new RetryLater('rate_limited', 300);
    expect(readStatus(encodeStatus(error, 'protobuf'), 'application/x-protobuf').details).toEqual([
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: { seconds: '300' } },
    ]);
  });

  it('stays small whatever is quoted', () => {
    const error = new SextantError('undecodable', 'x'.repeat(10_000_000));
    for (const type of ['protobuf', 'json'] as const)
      expect(encodeStatus(error, type).length).toBeLessThan(4_096);
  });
});

describe('shorten', () => {
  it('keeps what fits and marks what was left out, never half of a character', () => {
    expect(shorten('short', 5)).toBe('short');
    expect(shorten('longer', 5)).toBe('long…');
    expect(shorten('abc😀def', 5)).toBe('abc…');
    expect(shorten('a\ud800b', 5)).toBe('a\ufffdb');
  });
});

describe('Accept-Encoding', () => {
  it.each([
    ['gzip', true],
    ['GZIP;q=0.1', true],
    ['br, gzip', true],
    ['*', true],
    ['', false],
    ['br', false],
    ['gzip;q=0', false],
    ['gzip; q=0.00', false],
    ['gzip;q=0, *', false],
    ['*;q=0', false],
  ])('"%s": gzip %s', (header, allowed) => {
    expect(acceptsGzip(header)).toBe(allowed);
  });
});
