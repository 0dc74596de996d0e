import { describe, expect, test } from 'vitest';
import type {
  AttributeValue,
  DecodedLog,
  DecodedPoint,
  DecodedSpan,
} from '../../../collector/src/decode/records.ts';
import { createRedactor } from '../../../collector/src/redact/redactor.ts';

const secret = 'sk-1234567890abcdefghijABCDEFGHIJ';

function build(redact_names = '') {
  const forms: string[] = [];
  return { forms, redactor: createRedactor({ redact_names, onSecret: (form) => forms.push(form) }) };
}

const map = (entries: Readonly<Record<string, AttributeValue>>) => new Map(Object.entries(entries));
const scope = { name: 'scope', version: '1', schema_url: '', attributes: map({}) };
const resource = { attributes: map({ 'service.name': 'shop' }) };

function span(given: Partial<DecodedSpan> = {}): DecodedSpan {
  return {
    trace_id: '5b8efff798038103d269b633813fc60c',
    span_id: 'eee19b7ec3c1b174',
    parent_span_id: null,
    trace_state: '',
    name: 'chat',
    kind: 3,
    start_time_ns: 1n,
    end_time_ns: 2n,
    status_code: 0,
    status_message: '',
    attributes: map({ 'gen_ai.usage.input_tokens': 12n }),
    events: [],
    links: [],
    resource,
    scope,
    ...given,
  };
}

describe('the redactor', () => {
  test('gives a record without secrets back itself', () => {
    const { redactor, forms } = build();
    const harmless = span({
      attributes: map({
        text: 'hello',
        vector: [0.1, 0.2],
        nested: map({ a: ['b', map({ c: 1 })] }),
        none: null,
      }),
      events: [{ name: 'event', time_ns: 1n, attributes: map({ 'token.count': 3n, author: 'me' }) }],
    });
    expect(redactor.span(harmless)).toBe(harmless);
    expect(forms).toEqual([]);
  });

  test.each([
    'http.request.header.authorization',
    'http.request.header.proxy-authorization',
    'http.request.header.cookie',
    'http.response.header.set-cookie',
    'http.request.header.x-api-key',
    'api_key',
    'llm.api-key',
    'db.password',
    'oauth.client_secret',
    'oauth.access_token',
    'Authorization',
    'aws.secret_access_key',
  ])('takes the value of %s, whatever it is', (name) => {
    const { redactor, forms } = build();
    for (const value of ['short', ['a', 'b'], 7n, map({ a: 1 })]) {
      const { attributes } = redactor.span(span({ attributes: map({ [name]: value, other: 'stays' }) }));
      expect([...attributes]).toEqual([
        [name, '[REDACTED]'],
        ['other', 'stays'],
      ]);
    }
    expect(forms).toEqual(Array(4).fill('named_attribute'));
  });

  test.each([
    'gen_ai.usage.output_tokens',
    'gen_ai.request.max_tokens',
    'authorization.result',
    'cookie.count',
    'token_type',
    'secretary',
    'enduser.id',
  ])('leaves %s alone', (name) => {
    const { redactor } = build();
    const given = span({ attributes: map({ [name]: 'value' }) });
    expect(redactor.span(given)).toBe(given);
  });

  test('takes the attributes an operator named', () => {
    const { redactor } = build('customer.iban, card');
    const { attributes } = redactor.span(
      span({ attributes: map({ 'customer.iban': 'DE1', card: '4', iban: 'x' }) }),
    );
    expect(Object.fromEntries(attributes)).toEqual({
      'customer.iban': '[REDACTED]',
      card: '[REDACTED]',
      iban: 'x',
    });
  });

  test('looks everywhere in a span', () => {
    const { redactor, forms } = build();
    const inside = { attributes: map({ deep: [map({ deeper: `key ${secret}` })] }) };
    const given = span({
      name: secret,
      status_message: `refused ${secret}`,
      attributes: inside.attributes,
      events: [{ name: 'exception', time_ns: 1n, ...inside }],
      links: [{ trace_id: '', span_id: '', trace_state: '', ...inside }],
      resource: inside,
      scope: { ...scope, ...inside },
    });
    const plain = JSON.stringify(redactor.span(given), (_, value) => {
      if (typeof value === 'bigint') return String(value);
      return value instanceof Map ? [...value] : value;
    });
    expect(plain).not.toContain(secret);
    expect(forms).toHaveLength(7);
  });

  test('spans that share a resource share it afterwards, and it is counted once', () => {
    const { redactor, forms } = build();
    const shared = { attributes: map({ 'process.command': `run --key=${secret}` }) };
    const [first, second] = [
      redactor.span(span({ resource: shared })),
      redactor.span(span({ resource: shared })),
    ];
    expect(first.resource).toBe(second.resource);
    expect(forms).toEqual(['model_provider_key']);
  });

  test('looks into logs and data points', () => {
    const { redactor } = build();
    const log = {
      body: map({ password: 'x' }),
      attributes: map({ a: secret }),
      resource,
      scope,
    } as unknown as DecodedLog;
    expect(redactor.log(log).body).toEqual(map({ password: '[REDACTED]' }));
    expect(redactor.log(log).attributes).toEqual(map({ a: '[REDACTED]' }));
    const point = {
      attributes: map({ token: 'a', auth_token: 'b' }),
      resource,
      scope,
    } as unknown as DecodedPoint;
    expect(redactor.point(point).attributes).toEqual(map({ token: 'a', auth_token: '[REDACTED]' }));
  });
});
