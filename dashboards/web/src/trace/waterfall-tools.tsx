import { ChevronsDownUp, ChevronsUpDown, CircleAlert } from 'lucide-react';
import type { SpanOutline } from '../api/client.ts';
import { formatCount } from '../format/number.ts';
import { Button } from '../ui/button.tsx';
import type { SpanTree } from './span-tree.ts';
import styles from './waterfall.module.css';

interface Props {
  tree: SpanTree<SpanOutline>;
  row: number;
  onFold(folded: ReadonlySet<number>): void;
  onShow(row: number): void;
}

/** Folds and unfolds everything, and steps from error to error. */
export function WaterfallTools({ tree, row, onFold, onShow }: Props) {
  const next_error = findError(tree, row);
  return (
    <div className={styles.tools}>
      <h2>Spans</h2>
      {tree.detached.size > 0 && (
        <span className={styles.note}>{formatCount(tree.detached.size)} without their parent</span>
      )}
      <span className={styles.space} />
      {next_error !== undefined && (
        <Button look="plain" onPress={() => onShow(next_error)}>
          <CircleAlert size={14} color="var(--danger)" aria-hidden="true" />
          Next error
        </Button>
      )}
      <Button look="plain" is_square aria-label="Fold all" onPress={() => onFold(parentRows(tree))}>
        <ChevronsDownUp size={14} />
      </Button>
      <Button look="plain" is_square aria-label="Unfold all" onPress={() => onFold(new Set())}>
        <ChevronsUpDown size={14} />
      </Button>
    </div>
  );
}

/** The next row with an error after the given one, from the top again at the end. */
function findError(tree: SpanTree<SpanOutline>, row: number): number | undefined {
  const length = tree.order.length;
  for (let step = 1; step <= length; step += 1) {
    const candidate = (row + step) % length;
    if (tree.spans[tree.order[candidate] ?? 0]?.status === 'error') return candidate;
  }
  return undefined;
}

function parentRows(tree: SpanTree): ReadonlySet<number> {
  const rows = new Set<number>();
  tree.descendants.forEach((count, row) => {
    if (count > 0) rows.add(row);
  });
  return rows;
}
