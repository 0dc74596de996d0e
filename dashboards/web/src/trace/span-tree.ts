/**
 * The spans of a trace as rows of a waterfall, over flat arrays: linear in the number of spans, no recursion,
 * so that neither 50,000 spans nor a depth of 10,000 is special.
 *
 * Every span becomes exactly one row. A span whose parent never arrived is an orphan and starts a tree of its
 * own; so does the first span of a ring of parents.
 */
export interface SpanTree<Span extends TreeSpan = TreeSpan> {
  readonly spans: readonly Span[];
  /** Row to index in `spans`; parents before their children, siblings by start. */
  readonly order: Int32Array;
  /** Row to depth, 0 at the top. */
  readonly depth: Int32Array;
  /** Row to the row of its parent, -1 at the top. */
  readonly parent: Int32Array;
  /** Row to the number of rows below it, over all generations. */
  readonly descendants: Int32Array;
  /** Rows that stand at the top although they name a parent. */
  readonly detached: ReadonlyMap<number, 'orphan' | 'cycle'>;
  /** Span id to row; the first span wins where an id comes twice. */
  readonly row_of: ReadonlyMap<string, number>;
}

export interface TreeSpan {
  readonly span_id: string;
  readonly parent_span_id: string | null;
  readonly start_us: number;
}

export function buildSpanTree<Span extends TreeSpan>(unsorted: readonly Span[]): SpanTree<Span> {
  const spans = sortByStart(unsorted);
  const { parent_index, first_child, next_sibling, orphans } = linkSpans(spans);
  const walk = newWalk(spans.length);
  for (let index = 0; index < spans.length; index += 1) {
    if (at(parent_index, index) === -1) walkTree(index, { first_child, next_sibling }, walk);
  }
  const detached = new Map<number, 'orphan' | 'cycle'>();
  for (const index of orphans) detached.set(at(walk.row, index), 'orphan');
  // What no root reaches hangs on a ring of parents: the earliest span of each ring becomes its top.
  for (let index = 0; index < spans.length; index += 1) {
    if (at(walk.row, index) !== -1) continue;
    detached.set(walk.rows, 'cycle');
    walkTree(index, { first_child, next_sibling }, walk);
  }
  const { order, depth, parent } = walk;
  return {
    spans,
    order,
    depth,
    parent,
    descendants: countDescendants(parent),
    detached,
    row_of: mapRows(spans, order),
  };
}

/** Rows that are shown, given the rows that are folded: a folded row hides everything below it. */
export function visibleRows(tree: SpanTree, folded: ReadonlySet<number>): Int32Array {
  const visible = new Int32Array(tree.order.length);
  let length = 0;
  for (let row = 0; row < tree.order.length; row += 1) {
    visible[length] = row;
    length += 1;
    if (folded.has(row)) row += at(tree.descendants, row);
  }
  return visible.subarray(0, length);
}

/** The place of a row among the visible ones, or of the folded row that hides it. Binary search: both ascend. */
export function visibleIndex(visible: Int32Array, row: number): number {
  let low = 0;
  let high = visible.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(visible, middle) <= row) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

interface Links {
  readonly first_child: Int32Array;
  readonly next_sibling: Int32Array;
}

interface Walk {
  readonly order: Int32Array;
  readonly depth: Int32Array;
  readonly parent: Int32Array;
  /** Span index to row, -1 before it was reached. */
  readonly row: Int32Array;
  rows: number;
}

function linkSpans(spans: readonly TreeSpan[]): Links & { parent_index: Int32Array; orphans: number[] } {
  const index_of = new Map<string, number>();
  spans.forEach((span, index) => {
    if (!index_of.has(span.span_id)) index_of.set(span.span_id, index);
  });
  const parent_index = new Int32Array(spans.length).fill(-1);
  const first_child = new Int32Array(spans.length).fill(-1);
  const next_sibling = new Int32Array(spans.length).fill(-1);
  const orphans: number[] = [];
  // Backwards, because each child is put before the siblings already linked.
  for (let index = spans.length - 1; index >= 0; index -= 1) {
    const parent_id = spans[index]?.parent_span_id;
    if (parent_id === null || parent_id === undefined || parent_id === '') continue;
    const parent = index_of.get(parent_id);
    if (parent === undefined) {
      orphans.push(index);
      continue;
    }
    parent_index[index] = parent;
    next_sibling[index] = at(first_child, parent);
    first_child[parent] = index;
  }
  return { parent_index, first_child, next_sibling, orphans };
}

/** Gives rows to a span and everything below it that has none yet, parents first. */
function walkTree(top: number, links: Links, walk: Walk): void {
  const stack = [{ index: top, parent_row: -1 }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { index, parent_row } = next;
    const sibling = at(links.next_sibling, index);
    if (parent_row !== -1 && sibling !== -1) stack.push({ index: sibling, parent_row });
    if (at(walk.row, index) !== -1) continue;
    const row = walk.rows;
    walk.rows += 1;
    walk.row[index] = row;
    walk.order[row] = index;
    walk.parent[row] = parent_row;
    walk.depth[row] = parent_row === -1 ? 0 : at(walk.depth, parent_row) + 1;
    const child = at(links.first_child, index);
    if (child !== -1) stack.push({ index: child, parent_row: row });
  }
}

function newWalk(length: number): Walk {
  return {
    order: new Int32Array(length),
    depth: new Int32Array(length),
    parent: new Int32Array(length),
    row: new Int32Array(length).fill(-1),
    rows: 0,
  };
}

function countDescendants(parent: Int32Array): Int32Array {
  const descendants = new Int32Array(parent.length);
  for (let row = parent.length - 1; row >= 0; row -= 1) {
    const above = at(parent, row);
    if (above !== -1) descendants[above] = at(descendants, above) + at(descendants, row) + 1;
  }
  return descendants;
}

function mapRows(spans: readonly TreeSpan[], order: Int32Array): Map<string, number> {
  const row_of = new Map<string, number>();
  order.forEach((index, row) => {
    const id = spans[index]?.span_id ?? '';
    if (!row_of.has(id)) row_of.set(id, row);
  });
  return row_of;
}

function sortByStart<Span extends TreeSpan>(spans: readonly Span[]): readonly Span[] {
  const is_sorted = spans.every(
    (span, index) => index === 0 || (spans[index - 1]?.start_us ?? 0) <= span.start_us,
  );
  return is_sorted ? spans : spans.toSorted((a, b) => a.start_us - b.start_us);
}

/** Element of an array that is known to be in bounds. */
function at(array: Int32Array, index: number): number {
  return array[index] ?? -1;
}
