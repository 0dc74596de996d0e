import type { Span } from '../api/client.ts';
import { formatCount } from '../format/number.ts';
import styles from './span-facts.module.css';
import { tokenClasses } from './tokens.ts';

/** Tokens by class, with bars to compare them by eye. */
export function TokenTable({ span }: { span: Span }) {
  const classes = tokenClasses(span).filter(({ count }) => count !== null);
  if (classes.length === 0) return null;
  const most = Math.max(1, ...classes.map(({ count }) => count ?? 0));
  return (
    <table className={styles.tokens}>
      <caption>{span.is_leaf ? 'Tokens' : 'Tokens, as summed by the sender and not added again'}</caption>
      <tbody>
        {classes.map(({ label, count, is_subset }) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td>{formatCount(count)}</td>
            <td aria-hidden="true">
              {!is_subset && (
                <div className={styles.share} style={{ width: `${((count ?? 0) / most) * 100}%` }} />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
