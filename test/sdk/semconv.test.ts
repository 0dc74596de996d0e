import { readFileSync } from 'node:fs';
import * as semconv from '@sextant/sdk/semconv';
import { describe, expect, it } from 'vitest';

const names = Object.entries(semconv).filter(([, value]) => value.includes('.') && !value.includes('/'));
const source = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('semconv', () => {
  it('has enough names, each once, each under the name it spells', () => {
    expect(names.length).toBeGreaterThan(50);
    expect(new Set(names.map(([, value]) => value)).size).toBe(names.length);
    for (const [constant, value] of names.filter(([constant]) => !constant.startsWith('EVENT_'))) {
      expect(constant).toBe(value.replaceAll('.', '_').toUpperCase());
    }
  });

  it('has every attribute docs/attributes.md lists', () => {
    const listed = [...source('docs/attributes.md').matchAll(/^\| `(sextant\.[^`]+)`/gm)].map(
      ([, name]) => name,
    );
    expect(listed.length).toBeGreaterThan(10);
    const ours = names.filter(([constant]) => constant.startsWith('SEXTANT_')).map(([, value]) => value);
    expect(ours.toSorted()).toEqual(listed.toSorted());
  });

  it('imports nothing', () => {
    expect(source('sdk/src/semconv.ts')).not.toMatch(/^import /m);
  });
});
