import { expect, it } from 'vitest';
import { renderLines, renderTable } from '../../../collector/src/commands/table.ts';

const rows = [
  { name: 'chat', tokens: 12, note: null },
  { name: 'a\tb\nc\\d', tokens: 5, note: { deep: true } },
];

it('aligns columns for people', () => {
  expect(renderTable(['name', 'tokens'], rows).split('\n')).toEqual([
    'name     tokens',
    '───────  ──────',
    'chat     12',
    'a b c\\d  5',
  ]);
});

it('cuts long values in a table only', () => {
  const long = [{ text: 'x'.repeat(100) }];
  expect(renderTable(['text'], long)).toContain(`${'x'.repeat(59)}…`);
  expect(renderLines(['text'], long)).toContain('x'.repeat(100));
});

it('keeps a row on a line for programs', () => {
  expect(renderLines(['name', 'note'], rows)).toBe('name\tnote\nchat\t\na\\tb\\nc\\\\d\t{"deep":true}');
});
