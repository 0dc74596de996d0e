import { describe, expect, it } from 'vitest';
import { buildSpanTree, visibleRows } from '../../../dashboards/web/src/trace/span-tree.ts';
import { stepTo } from '../../../dashboards/web/src/trace/waterfall-keys.ts';

/** Rows: 0 root, 1 its child with children 2 and 3, 4 a second child. */
const tree = buildSpanTree(
  (
    [
      ['root', null],
      ['child', 'root'],
      ['first', 'child'],
      ['second', 'child'],
      ['other', 'root'],
    ] as const
  ).map(([span_id, parent_span_id], start_us) => ({ span_id, parent_span_id, start_us })),
);

function press(key: string, row: number, folds: readonly number[] = []) {
  const folded = new Set(folds);
  return stepTo(key, { tree, visible: visibleRows(tree, folded), folded, row, page_rows: 2 });
}

describe('stepTo', () => {
  it('moves over visible rows and stops at the ends', () => {
    expect(press('ArrowDown', 0)).toEqual({ row: 1 });
    expect(press('ArrowDown', 1, [1])).toEqual({ row: 4 });
    expect(press('ArrowDown', 4)).toEqual({ row: 4 });
    expect(press('ArrowUp', 4, [1])).toEqual({ row: 1 });
    expect(press('ArrowUp', 0)).toEqual({ row: 0 });
  });

  it('moves by pages and to the ends', () => {
    expect(press('PageDown', 1)).toEqual({ row: 3 });
    expect(press('PageUp', 4)).toEqual({ row: 2 });
    expect(press('Home', 3)).toEqual({ row: 0 });
    expect(press('End', 0)).toEqual({ row: 4 });
  });

  it('unfolds, then enters; folds, then leaves', () => {
    expect(press('ArrowRight', 1, [1])).toEqual({ row: 1, toggles: true });
    expect(press('ArrowRight', 1)).toEqual({ row: 2 });
    expect(press('ArrowRight', 2)).toEqual({ row: 2 });
    expect(press('ArrowLeft', 1)).toEqual({ row: 1, toggles: true });
    expect(press('ArrowLeft', 1, [1])).toEqual({ row: 0 });
    expect(press('ArrowLeft', 2)).toEqual({ row: 1 });
    expect(press('ArrowLeft', 0, [0])).toEqual({ row: 0 });
  });

  it('opens with enter and space, and leaves other keys to the browser', () => {
    expect(press('Enter', 2)).toEqual({ row: 2, selects: true });
    expect(press(' ', 2)).toEqual({ row: 2, selects: true });
    expect(press('Tab', 2)).toBeUndefined();
    expect(press('a', 2)).toBeUndefined();
  });
});
