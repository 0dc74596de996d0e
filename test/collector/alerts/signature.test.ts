import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { readSecret, sign } from '../../../collector/src/alerts/signature.ts';

const secret_bytes = fc.uint8Array({ minLength: 24, maxLength: 64 });
const secret_text = (bytes: Uint8Array) => `whsec_${Buffer.from(bytes).toString('base64')}`;

test('signs as the reference implementation does', () => {
  fc.assert(
    fc.property(
      secret_bytes,
      fc.uuid(),
      fc.integer({ min: 0, max: 4_000_000_000 }),
      fc.string({ unit: 'grapheme' }),
      (bytes, id, timestamp_s, body) => {
        const expected = new Webhook(secret_text(bytes)).sign(id, new Date(timestamp_s * 1000), body);
        expect(sign([readSecret(secret_text(bytes))], { id, timestamp_s, body })).toBe(expected);
      },
    ),
    { seed: 1 },
  );
});

test('gives one signature for each secret, in their order', () => {
  const message = { id: 'msg_1', timestamp_s: 1_795_000_000, body: '{}' };
  const [old_secret, new_secret] = [new Uint8Array(24).fill(1), new Uint8Array(64).fill(2)];
  expect(sign([old_secret, new_secret], message)).toBe(
    `${sign([old_secret], message)} ${sign([new_secret], message)}`,
  );
});

test('reads back every secret of 24 to 64 bytes', () => {
  fc.assert(
    fc.property(secret_bytes, (bytes) => {
      expect(Buffer.from(readSecret(secret_text(bytes))).equals(bytes)).toBe(true);
    }),
    { seed: 2 },
  );
});

test.each([
  ['no prefix', Buffer.alloc(32).toString('base64')],
  ['23 bytes', secret_text(new Uint8Array(23))],
  ['65 bytes', secret_text(new Uint8Array(65))],
  ['not base64', `${secret_text(new Uint8Array(32)).slice(0, -4)}$$$$`],
  ['nothing', ''],
  ['only a prefix', 'whsec_'],
])('refuses a secret with %s, without repeating it', (_, text) => {
  const refused = expect.objectContaining({
    code: 'bad_request',
    message: expect.not.stringContaining('AAAA'),
  });
  expect(() => readSecret(text)).toThrow(refused);
});
