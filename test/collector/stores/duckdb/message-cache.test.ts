import { describe, expect, test } from 'vitest';
import { MessageCache } from '../../../../collector/src/stores/duckdb/message-cache.ts';

describe('MessageCache', () => {
  test('knows what was kept, by its name, until it is cleared', () => {
    const cache = new MessageCache();
    cache.keep('a', { role: 'user' });
    cache.keep('a', { role: 'user', text: 'yes' });
    cache.keep('b', { role: null, text: null });
    expect(cache.find('a')).toEqual({ role: 'user', text: 'yes' });
    expect(cache.find('b')).toEqual({ role: null, text: null });
    expect(cache.find('c')).toBeUndefined();
    cache.clear();
    expect(cache.find('a')).toBeUndefined();
  });

  test('keeps what was used last within its memory', () => {
    const cache = new MessageCache();
    const text = 'x'.repeat(1_000_000);
    cache.keep('asked for', { role: 'user', text });
    for (let i = 0; i < 100; i++) {
      cache.keep(`message ${i}`, { role: 'user', text });
      expect(cache.find('asked for')?.text).toBe(text);
    }
    const kept = Array.from({ length: 100 }, (_, i) => cache.find(`message ${i}`)).filter(Boolean);
    expect(kept.length).toBeGreaterThan(2);
    expect(kept.length).toBeLessThan(8);
    expect(cache.find('message 99')).toBeDefined();
  });

  test('has room again when it was cleared or something was kept anew', () => {
    const cache = new MessageCache();
    const text = 'x'.repeat(3_000_000);
    for (let i = 0; i < 10; i++) {
      cache.keep('the same', { role: 'user', text });
      cache.keep('another', { role: 'user', text });
      expect(cache.find('the same')).toBeDefined();
    }
    cache.clear();
    cache.keep('a', { role: 'user', text });
    cache.keep('b', { role: 'user', text });
    expect(cache.find('a')).toBeDefined();
  });
});
