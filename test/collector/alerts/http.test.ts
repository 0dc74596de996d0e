import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRetryAfter, readUrl } from '../../../collector/src/alerts/http.ts';

const now_ms = Date.UTC(2026, 10, 21, 12);

test('Retry-After in seconds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999 }), (seconds) => {
      expect(readRetryAfter(String(seconds), now_ms)).toBe(seconds * 1000);
    }),
    { seed: 1 },
  );
});

test('Retry-After as an HTTP date', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000_000 }), (seconds) => {
      const date = new Date(now_ms + seconds * 1000).toUTCString();
      expect(readRetryAfter(date, now_ms)).toBe(seconds * 1000);
    }),
    { seed: 2 },
  );
});

test('anything else is null or a time to come, never NaN', () => {
  expect(readRetryAfter(undefined, now_ms)).toBeNull();
  expect(readRetryAfter(new Date(now_ms - 1000).toUTCString(), now_ms)).toBeNull();
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `${text} GMT`),
      ),
      (header) => {
        const wait_ms = readRetryAfter(header, now_ms);
        expect(wait_ms === null || wait_ms >= 0).toBe(true);
      },
    ),
    { seed: 3 },
  );
});

test('addresses of http and https, nothing else', () => {
  expect(readUrl('https://example.org/hook?a=1').href).toBe('https://example.org/hook?a=1');
  for (const text of ['file:///etc/passwd', 'example.org', '', undefined, 3]) {
    expect(() => readUrl(text)).toThrow(expect.objectContaining({ code: 'bad_request' }));
  }
});
