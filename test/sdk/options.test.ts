import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { captureFromEnvironment, option_table, resolveOptions } from '../../sdk/src/options.ts';

const destination = (given: object, environment: Record<string, string>) => {
  const { tracesUrl, headers } = resolveOptions(given, environment);
  return { url: tracesUrl.href, headers };
};

describe('the destination', () => {
  it.each([
    ['default', {}, {}, 'http://127.0.0.1:4318/v1/traces', {}],
    ['option before variable', { url: 'http://a' }, { SEXTANT_URL: 'http://b' }, 'http://a/v1/traces', {}],
    [
      'variable',
      {},
      { SEXTANT_URL: 'https://b/base/', SEXTANT_KEY: 'k' },
      'https://b/base/v1/traces',
      { authorization: 'Bearer k' },
    ],
    ['with path already', { url: 'http://a/v1/traces' }, {}, 'http://a/v1/traces', {}],
    [
      'OTEL endpoint with its headers',
      {},
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://o:1', OTEL_EXPORTER_OTLP_HEADERS: 'X-Team=a%20b,broken,=x' },
      'http://o:1/v1/traces',
      { 'x-team': 'a b' },
    ],
    [
      'OTEL traces endpoint as it is',
      {},
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://o:1/in', OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=100%' },
      'http://o:1/in',
      { a: '100%' },
    ],
    [
      'headers for another endpoint stay away from ours',
      { url: 'http://a' },
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://o:1', OTEL_EXPORTER_OTLP_HEADERS: 'api-key=theirs' },
      'http://a/v1/traces',
      {},
    ],
  ])('%s', (_name, given, environment, url, headers) => {
    expect(destination(given, environment)).toEqual({ url, headers });
  });
});

describe('the content switch', () => {
  it.each([
    [undefined, true],
    ['', true],
    ['true', true],
    ['TRUE', true],
    ['false', false],
    ['NO_CONTENT', false],
    ['SPAN_ONLY', true],
    ['span_and_event', true],
    ['EVENT_ONLY', false],
    ['perhaps', false],
  ])('%s', (text, content) => {
    const environment = { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: text };
    expect(captureFromEnvironment(environment).content).toBe(content);
    expect(resolveOptions({}, environment).capture.content).toBe(content);
    expect(resolveOptions({ content: !content }, environment).capture.content).toBe(!content);
  });
});

it('numbers that are none leave the default', () => {
  expect(resolveOptions({}, { OTEL_BSP_SCHEDULE_DELAY: 'soon' }).delayMs).toBe(option_table.delayMs.default);
  expect(resolveOptions({}, { OTEL_BSP_SCHEDULE_DELAY: '50' }).delayMs).toBe(50);
});

it('README.md has the table of options', () => {
  const readme = readFileSync(new URL('../../sdk/README.md', import.meta.url), 'utf8');
  for (const [name, { environment, default: fallback, unit, sentence }] of Object.entries(option_table)) {
    const value =
      fallback === null
        ? ''
        : `${typeof fallback === 'number' ? fallback.toLocaleString('en') : fallback} ${unit}`;
    const row = [
      `\`${name}\``,
      environment.map((variable) => `\`${variable}\``).join(', '),
      value.trim(),
      sentence,
    ];
    expect(readme).toContain(`| ${row.join(' | ')} |`);
  }
});
