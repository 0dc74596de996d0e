import {
  Binary,
  Bot,
  Circle,
  type LucideIcon,
  MessageSquareText,
  Search,
  Waypoints,
  Wrench,
} from 'lucide-react';
import styles from './operation.module.css';

/** How an operation looks. Colour never stands alone: each kind has an icon of its own. */
interface Look {
  kind: string;
  color: string;
  Icon: LucideIcon;
}

const other: Look = { kind: 'other', color: 'var(--other)', Icon: Circle };
const chat: Look = { kind: 'model call', color: 'var(--chat)', Icon: MessageSquareText };
const agent: Look = { kind: 'agent', color: 'var(--agent)', Icon: Bot };

/** By the operation names of the GenAI conventions. */
const looks: ReadonlyMap<string, Look> = new Map([
  ['chat', chat],
  ['generate_content', chat],
  ['text_completion', chat],
  ['invoke_agent', agent],
  ['create_agent', agent],
  ['invoke_workflow', { kind: 'chain', color: 'var(--other)', Icon: Waypoints }],
  ['execute_tool', { kind: 'tool', color: 'var(--tool)', Icon: Wrench }],
  ['embeddings', { kind: 'embedding', color: 'var(--embedding)', Icon: Binary }],
  ['retrieval', { kind: 'retrieval', color: 'var(--retrieval)', Icon: Search }],
]);

export function lookOf(operation: string | null): Look {
  return looks.get(operation ?? '') ?? other;
}

export function OperationIcon({ operation }: { operation: string | null }) {
  const { kind, color, Icon } = lookOf(operation);
  return (
    <span className={styles.icon} style={{ color }} title={operation ?? 'no operation'}>
      <Icon size={14} aria-label={kind} />
    </span>
  );
}
