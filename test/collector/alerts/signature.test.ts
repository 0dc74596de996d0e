import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { readSecret, sign } from '../../../collector/src/alerts/signature.ts';

const secret_bytes = fc.uint8Array({ minLength: 24, maxLength: 64 });
const secret_text = (bytes: Uint8Array) => `whsec_${Buffer.from(bytes).toString('base64')}`;
const private_text = (bytes: Uint8Array) => `whsk_${Buffer.from(bytes).toString('base64')}`;
const message = { id: 'msg_1', timestamp_s: 1_795_000_000, body: '{"a":"ü"}' };

test('signs as the reference implementation does, with every secret of 24 to 64 bytes', () => {
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
  const old_secret = readSecret(secret_text(new Uint8Array(24).fill(1)));
  const new_secret = readSecret(private_text(new Uint8Array(32).fill(2)));
  expect(sign([old_secret, new_secret], message)).toBe(
    `${sign([old_secret], message)} ${sign([new_secret], message)}`,
  );
});

describe('a private key', () => {
  /** A published example of such a pair, the private key with the public one behind its seed. */
  const example = {
    private: 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==',
    public: 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=',
  };

  test('publishes the public key that belongs to it', () => {
    expect(readSecret(example.private).public_key).toBe(example.public);
    expect(readSecret(secret_text(new Uint8Array(32))).public_key).toBeNull();
  });

  test('signs what the published key verifies, and nothing else does', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uuid(),
        fc.string({ unit: 'grapheme' }),
        (seed, id, body) => {
          const signer = readSecret(private_text(seed));
          const [scheme, signature = ''] = sign([signer], { ...message, id, body }).split(',');
          expect(scheme).toBe('v1a');
          const x = Buffer.from(signer.public_key?.slice('whpk_'.length) ?? '', 'base64').toString(
            'base64url',
          );
          const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
          const holds = (text: string) =>
            verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
          expect(holds(`${id}.${message.timestamp_s}.${body}`)).toBe(true);
          expect(holds(`${id}.${message.timestamp_s}.${body} `)).toBe(false);
        },
      ),
      { seed: 3 },
    );
  });

  test('is the same with and without the public key behind it', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const { d = '', x = '' } = privateKey.export({ format: 'jwk' });
    const [seed, public_bytes] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')];
    const whole = readSecret(private_text(Buffer.concat([seed, public_bytes])));
    expect(sign([whole], message)).toBe(sign([readSecret(private_text(seed))], message));
  });
});

test.each([
  ['no prefix', Buffer.alloc(32).toString('base64')],
  ['23 bytes', secret_text(new Uint8Array(23))],
  ['65 bytes', secret_text(new Uint8Array(65))],
  ['not base64', `${secret_text(new Uint8Array(32)).slice(0, -4)}$$$$`],
  ['a private key of 31 bytes', private_text(new Uint8Array(31))],
  ['a private key with the public key of another', private_text(new Uint8Array(64))],
  ['a public key in its place', `whpk_${Buffer.alloc(32).toString('base64')}`],
  ['nothing', ''],
  ['only a prefix', 'whsec_'],
  ['only the other prefix', 'whsk_'],
])('refuses a secret with %s, without repeating it', (_, text) => {
  const refused = expect.objectContaining({
    code: 'bad_request',
    message: expect.not.stringContaining('AAAA'),
  });
  expect(() => readSecret(text)).toThrow(refused);
});
