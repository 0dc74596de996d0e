import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildSpanTree,
  type TreeSpan,
  visibleIndex,
  visibleRows,
} from '../../../dashboards/web/src/trace/span-tree.ts';

const seed = 20_261_121;

function span(span_id: string, parent_span_id: string | null, start_us = 0): TreeSpan {
  return { span_id, parent_span_id, start_us };
}

function namesAndDepths(spans: readonly TreeSpan[]): string[] {
  const tree = buildSpanTree(spans);
  return [...tree.order].map((index, row) => `${tree.spans[index]!.span_id}${tree.depth[row]}`);
}

/** Spans with any parents at all: roots, orphans, repeated ids, rings. */
const anySpans = fc.array(
  fc.record({
    span_id: fc.integer({ min: 0, max: 30 }).map(String),
    parent_span_id: fc.option(fc.integer({ min: 0, max: 35 }).map(String)),
    start_us: fc.integer({ min: 0, max: 50 }),
  }),
  { maxLength: 40 },
);

describe('buildSpanTree', () => {
  it('puts children after their parent, ordered by start', () => {
    const spans = [
      span('late', 'root', 9),
      span('root', null, 0),
      span('early', 'root', 3),
      span('leaf', 'early', 4),
    ];
    expect(namesAndDepths(spans)).toEqual(['root0', 'early1', 'leaf2', 'late1']);
  });

  it('shows several roots, and orphans as roots that say so', () => {
    const tree = buildSpanTree([
      span('a', null, 0),
      span('b', 'missing', 1),
      span('c', 'b', 2),
      span('d', '', 3),
    ]);
    expect([...tree.depth]).toEqual([0, 0, 1, 0]);
    expect([...tree.detached]).toEqual([[1, 'orphan']]);
  });

  it('shows a ring of parents once, beginning with its first span, and a span that is its own parent', () => {
    const tree = buildSpanTree([
      span('b', 'a', 2),
      span('a', 'c', 1),
      span('c', 'b', 3),
      span('me', 'me', 4),
    ]);
    expect([...tree.order].map((index) => tree.spans[index]!.span_id)).toEqual(['a', 'b', 'c', 'me']);
    expect([...tree.depth]).toEqual([0, 1, 2, 0]);
    expect([...tree.detached]).toEqual([
      [0, 'cycle'],
      [3, 'cycle'],
    ]);
  });

  it('keeps both spans of a repeated id and gives the children to the first', () => {
    const tree = buildSpanTree([span('a', null, 0), span('a', null, 1), span('b', 'a', 2)]);
    expect([...tree.depth]).toEqual([0, 1, 0]);
    expect(tree.row_of.get('a')).toBe(0);
  });

  it('takes a chain of 10,000 spans', () => {
    const chain = Array.from({ length: 10_000 }, (_, n) =>
      span(String(n), n === 0 ? null : String(n - 1), n),
    );
    const tree = buildSpanTree(chain);
    expect(tree.depth[9_999]).toBe(9_999);
    expect(tree.descendants[0]).toBe(9_999);
  });

  it('makes every span exactly one row, below the parent it names', () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const tree = buildSpanTree(spans);
        expect([...tree.order].sort((a, b) => a - b)).toEqual(spans.map((_, index) => index));
        for (let row = 0; row < tree.order.length; row += 1) {
          const parent = tree.parent[row]!;
          const itself = tree.spans[tree.order[row]!]!;
          if (parent === -1) {
            expect(tree.depth[row]).toBe(0);
            expect(itself.parent_span_id === null).toBe(!tree.detached.has(row));
          } else {
            expect(parent).toBeLessThan(row);
            expect(tree.depth[row]).toBe(tree.depth[parent]! + 1);
            expect(tree.spans[tree.order[parent]!]!.span_id).toBe(itself.parent_span_id);
            expect(row - parent).toBeLessThanOrEqual(tree.descendants[parent]!);
          }
        }
      }),
      { seed },
    );
  });
});

describe('visibleRows', () => {
  it('hides exactly the rows that have a folded row above them', () => {
    const cases = fc.tuple(anySpans, fc.uniqueArray(fc.integer({ min: 0, max: 39 })));
    fc.assert(
      fc.property(cases, ([spans, folds]) => {
        const tree = buildSpanTree(spans);
        const folded = new Set(folds);
        const isHidden = (row: number): boolean => {
          const parent = tree.parent[row]!;
          return parent !== -1 && (folded.has(parent) || isHidden(parent));
        };
        const rows = [...tree.order.keys()];
        const visible = visibleRows(tree, folded);
        expect([...visible]).toEqual(rows.filter((row) => !isHidden(row)));
        for (const row of rows) {
          const shown = visible[visibleIndex(visible, row)]!;
          expect(shown).toBe(Math.max(...[...visible].filter((candidate) => candidate <= row)));
        }
      }),
      { seed },
    );
  });
});
