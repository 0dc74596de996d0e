import { describe, expect, it } from 'vitest';
import { head, prettyJson, reveal } from '../../../dashboards/web/src/format/text.ts';

describe('reveal', () => {
  it('writes out characters that turn text around or hide', () => {
    expect(reveal('a\u202egnp.exe')).toBe('a[U+202E]gnp.exe');
    expect(reveal('\u2066x\u2069\u200b\ufeff\u0000')).toBe('[U+2066]x[U+2069][U+200B][U+FEFF][U+0000]');
    expect(reveal('\u{e0041}')).toBe('[U+E0041]');
  });

  it('leaves lines, emoji and scripts alone', () => {
    const text = 'one\n\ttwo 👩\u200d🚀 می\u200cخواهم नमस्ते';
    expect(reveal(text)).toBe(text);
  });
});

describe('head', () => {
  it('cuts to a length, but not through a character', () => {
    expect(head('abc', 5)).toBe('abc');
    expect(head('abcdef', 3)).toBe('abc');
    expect(head('ab👩', 3)).toBe('ab');
  });
});

describe('prettyJson', () => {
  it('indents documents, also those that came as text', () => {
    expect(prettyJson({ a: 1 })).toBe('{\n  "a": 1\n}');
    expect(prettyJson('[1]')).toBe('[\n  1\n]');
  });

  it('leaves other texts as they are', () => {
    expect(prettyJson('{not json')).toBe('{not json');
    expect(prettyJson('12')).toBe('12');
    expect(prettyJson(null)).toBe('null');
  });
});
