import type { Span } from '../api/client.ts';
import { formatCompact, formatCost, formatDuration } from '../format/number.ts';
import { reveal } from '../format/text.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Figure } from '../ui/figure.tsx';
import { lookOf, OperationIcon } from '../ui/operation.tsx';
import { Tag } from '../ui/tag.tsx';
import styles from './span-header.module.css';
import { inclusiveTokens } from './tokens.ts';

export function SpanHeader({ span }: { span: Span }) {
  const tokens = inclusiveTokens(span);
  const model = span.response_model ?? span.request_model;
  return (
    <header className={styles.header}>
      <div className={styles.line}>
        <OperationIcon operation={span.operation} />
        <h2 className={styles.name}>{reveal(span.name) || 'unnamed'}</h2>
        {span.status === 'error' && <Tag tone="danger">{reveal(span.error_type ?? 'error')}</Tag>}
        <span className={styles.space} />
        <CopyButton text={span.span_id} label="Copy span id" />
      </div>
      <dl className={styles.figures}>
        <Figure label="Kind">{reveal(span.operation ?? lookOf(null).kind)}</Figure>
        <Figure label="Duration">{formatDuration(span.duration_ms)}</Figure>
        {model !== null && <Figure label="Model">{reveal(model)}</Figure>}
        {span.tool_name !== null && <Figure label="Tool">{reveal(span.tool_name)}</Figure>}
        {span.agent_name !== null && <Figure label="Agent">{reveal(span.agent_name)}</Figure>}
        {span.is_leaf && (
          <>
            <Figure label="Tokens in / out">
              {formatCompact(tokens.input)} / {formatCompact(tokens.output)}
            </Figure>
            <Figure label="Cost">{formatCost(span.cost_usd)}</Figure>
          </>
        )}
      </dl>
    </header>
  );
}
