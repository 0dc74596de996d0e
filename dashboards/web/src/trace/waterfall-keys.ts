import { type SpanTree, visibleIndex } from './span-tree.ts';

export interface GridState {
  readonly tree: SpanTree;
  readonly visible: Int32Array;
  readonly folded: ReadonlySet<number>;
  /** Row the cursor is at. */
  readonly row: number;
  /** Rows in sight. */
  readonly page_rows: number;
}

export interface Step {
  readonly row: number;
  /** Whether the row left is folded or unfolded. */
  readonly toggles?: boolean;
  /** Whether the row reached is opened at once. */
  readonly selects?: boolean;
}

/**
 * Where a key leads in the waterfall, by the treegrid pattern of the ARIA Authoring Practices. Undefined for a
 * key that means nothing here.
 */
export function stepTo(key: string, state: GridState): Step | undefined {
  const { tree, visible, folded, row, page_rows } = state;
  const index = visibleIndex(visible, row);
  const last = visible.length - 1;
  const go = (to: number): Step => ({ row: visible[Math.min(last, Math.max(0, to))] ?? row });
  const has_children = (tree.descendants[row] ?? 0) > 0;
  const parent = tree.parent[row] ?? -1;
  switch (key) {
    case 'ArrowDown':
      return go(index + 1);
    case 'ArrowUp':
      return go(index - 1);
    case 'PageDown':
      return go(index + Math.max(1, page_rows));
    case 'PageUp':
      return go(index - Math.max(1, page_rows));
    case 'Home':
      return go(0);
    case 'End':
      return go(last);
    case 'ArrowRight':
      if (!has_children) return { row };
      return folded.has(row) ? { row, toggles: true } : { row: row + 1 };
    case 'ArrowLeft':
      if (has_children && !folded.has(row)) return { row, toggles: true };
      return { row: parent === -1 ? row : parent };
    case 'Enter':
    case ' ':
      return { row, selects: true };
    default:
      return undefined;
  }
}
