import type { Attributes } from '@opentelemetry/api';
import { startTesting, type TestTracing } from '@sextant/sdk/testing';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { putContent, putText, putTexts } from '../../sdk/src/content.ts';

let tracing: TestTracing;
afterEach(() => tracing.stop());

function put(write: (attributes: Attributes) => void, contentCharsMax = 1000, content = true): Attributes {
  tracing = startTesting({ content, contentCharsMax });
  const attributes: Attributes = {};
  write(attributes);
  tracing.stop();
  return attributes;
}

describe('content', () => {
  it('within the limit is written whole', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), (json) => {
        const value: unknown = JSON.parse(json);
        expect(put((attributes) => putContent(attributes, 'x', value), 1e6)).toEqual({
          x: JSON.stringify(value),
        });
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('above the limit is cut to valid JSON of well-formed text within it, and marked', () => {
    const message = fc.record({
      role: fc.constantFrom('user', 'assistant'),
      parts: fc.array(
        fc.record({ type: fc.constant('text'), content: fc.string({ unit: 'grapheme', maxLength: 400 }) }),
      ),
    });
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 20, max: 2000 }),
        (value, limit) => {
          const attributes = put((target) => putContent(target, 'x', value), limit);
          const text = String(attributes['x']);
          expect(text.length).toBeLessThanOrEqual(limit);
          expect(text.isWellFormed()).toBe(true);
          expect(JSON.parse(text)).toBeInstanceOf(Array);
          const whole = JSON.stringify(value).length <= limit;
          expect(attributes['sextant.content.truncated']).toBe(whole ? undefined : true);
        },
      ),
      { seed: 2, numRuns: 300 },
    );
  });

  it('keeps the newest messages where there are too many', () => {
    const value = Array.from({ length: 100 }, (_, index) => ({ role: 'user', n: index }));
    const { x } = put((attributes) => putContent(attributes, 'x', value), 100);
    expect(JSON.parse(String(x)).map(({ n }: { n: number }) => n)).toEqual([96, 97, 98, 99]);
  });

  it('keeps the positions of texts', () => {
    const attributes = put((target) => putTexts(target, 'x', ['aaaa', 'bbbb', 'cccc']), 6);
    expect(attributes).toEqual({ x: ['aaaa', 'b…', ''], 'sextant.content.truncated': true });
    expect(put((target) => putText(target, 'x', 'abcdef'), 4)).toEqual({
      x: 'abc…',
      'sextant.content.truncated': true,
    });
  });

  it('is nothing where it is not captured', () => {
    const write = (attributes: Attributes) => {
      putContent(attributes, 'a', [1]);
      putText(attributes, 'b', 'x');
      putTexts(attributes, 'c', ['x']);
    };
    expect(put(write, 1000, false)).toEqual({});
  });
});
