import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactText } from '../../../collector/src/redact/secrets.ts';

function redact(text: string) {
  const forms: string[] = [];
  return { text: redactText(text, (form) => forms.push(form)), forms };
}

/** Made up, in the forms their issuers document. */
const secrets: Readonly<Record<string, readonly string[]>> = {
  model_provider_key: [
    'sk-1234567890abcdefghijABCDEFGHIJ',
    'sk-proj-Ab1_cdefghijklmnopqrstuvwx',
    'sk-ant-api03-abcdefghijklmnopqrst',
  ],
  github_token: [`ghp_${'a1B2'.repeat(9)}`, 'github_pat_11ABCDEFG0123456789abcdef'],
  gitlab_token: ['glpat-abcdefghij0123456789'],
  aws_key_id: ['AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE'],
  google_key: [`AIza${'Sy0-_'.repeat(7)}`, 'ya29.a0AfB_byC1234567890abcd'],
  slack_token: ['xoxb-123456789012-abcdefghijkl'],
  stripe_key: ['sk_live_abcdefghijklmnop1234', 'rk_test_abcdefghijklmnop1234'],
  hugging_face_token: [`hf_${'aB3'.repeat(11)}`],
  npm_token: [`npm_${'aB3d'.repeat(9)}`],
  json_web_token: ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N'],
  sextant_key: [`sx_0123456789ab_${'0123456789'.repeat(4)}`],
};
const all = Object.values(secrets).flat();

describe('secrets in texts', () => {
  test.each(Object.entries(secrets))('finds every %s, wherever it stands', (form, texts) => {
    for (const secret of texts) {
      for (const [before, after] of [
        ['', ''],
        ['the key is ', '.'],
        ['{"key":"', '"}'],
        ['https://example.com/?key=', '&page=2'],
      ]) {
        const found = redact(`${before}${secret}${after}`);
        expect(found.forms, secret).toEqual([form]);
        expect(found.text).toContain('[REDACTED]');
        expect(found.text).not.toContain(secret.slice(4, 16));
        expect(found.text.startsWith(before as string)).toBe(true);
      }
    }
  });

  test('finds them at any place among other words', () => {
    const words = fc.array(fc.constantFrom('to', 'measurements', 'a', 'observability', 'ship'), {
      maxLength: 40,
    });
    const property = fc.property(words, fc.constantFrom(...all), words, (before, secret, after) => {
      const found = redact([...before, secret, ...after].join(' '));
      expect(found.text).toBe([...before, '[REDACTED]', ...after].join(' '));
    });
    fc.assert(property, { seed: 11, numRuns: 2_000 });
  });

  test('finds several in one text', () => {
    const found = redact(all.join(' and '));
    expect(found.text).toBe(all.map(() => '[REDACTED]').join(' and '));
    expect(found.forms).toHaveLength(all.length);
  });

  test('takes the token of an Authorization header, whatever its form', () => {
    expect(redact('curl -H "Authorization: Bearer abcdefghij0123456789xyz" https://a.example').text).toBe(
      'curl -H "Authorization: Bearer [REDACTED]" https://a.example',
    );
  });

  test('takes private keys as a whole, on lines of their own or in JSON', () => {
    const lines = [
      '-----BEGIN PRIVATE KEY-----',
      'MIIE'.repeat(16),
      'vQIB'.repeat(16),
      '-----END PRIVATE KEY-----',
    ];
    for (const separator of ['\n', '\r\n', '\\n']) {
      const { text, forms } = redact(`before ${lines.join(separator)} after`);
      expect(forms).toEqual(['private_key']);
      expect(text).not.toMatch(/MIIE|vQIB/);
      expect(text).toMatch(/^before .*\[REDACTED\].* after$/s);
    }
  });

  test('gives texts without secrets back as they are', () => {
    const harmless = [
      '',
      'risk-assessment-of-something-very-long-1',
      'sk-learn-and-other-hyphenated-words',
      '5b8efff798038103d269b633813fc60c',
      'https://example.com/a/very/long/path/without/any/secret.html',
      'a bearer of good news',
      `data:image/png;base64,${'iVBORw0KGgo'.repeat(100)}`,
      'AKIAIOSFODNN7EXAMPLES',
    ];
    for (const text of harmless) expect(redact(text)).toEqual({ text, forms: [] });
  });

  test('never changes what has no long word', () => {
    const words = fc.array(fc.string({ maxLength: 19, unit: fc.constantFrom(...'abcXYZ019-_.=') }));
    fc.assert(
      fc.property(words, (list) => {
        const text = list.join(' ');
        expect(redact(text)).toEqual({ text, forms: [] });
      }),
      { seed: 12 },
    );
  });
});
