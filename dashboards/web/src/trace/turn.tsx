import { Bot, type LucideIcon, MessageSquare, Settings2, User, Wrench } from 'lucide-react';
import { formatCompact } from '../format/number.ts';
import { head, prettyJson, reveal } from '../format/text.ts';
import { classes } from '../ui/classes.ts';
import { JsonView } from '../ui/json-view.tsx';
import { placed } from '../ui/placed.ts';
import { MessageText } from './message-text.tsx';
import type { ToolResult, Turn, TurnPart } from './transcript.ts';
import styles from './turn.module.css';

const icons: ReadonlyMap<string, LucideIcon> = new Map([
  ['system', Settings2],
  ['developer', Settings2],
  ['user', User],
  ['assistant', Bot],
  ['tool', Wrench],
]);

/** One speaker's turn. Instructions are folded: they are long and the same every time. */
export function TurnView({ turn }: { turn: Turn }) {
  const Icon = icons.get(turn.role) ?? MessageSquare;
  const heading = (
    <>
      <span className={classes(styles.avatar, styles[turn.role])}>
        <Icon size={13} aria-hidden="true" />
      </span>
      <span className={styles.role}>{reveal(turn.role)}</span>
      {turn.name !== null && <span className={styles.faint}>{reveal(turn.name)}</span>}
    </>
  );
  const parts = placed(turn.parts).map(({ place, value }) => <PartView key={place} part={value} />);
  if (turn.role === 'system' || turn.role === 'developer') {
    return (
      <details className={styles.turn}>
        <summary className={styles.heading}>
          {heading}
          <span className={styles.preview}>{reveal(preview(turn.parts))}</span>
        </summary>
        <div className={styles.parts}>{parts}</div>
      </details>
    );
  }
  return (
    <div className={styles.turn}>
      <div className={styles.heading}>{heading}</div>
      <div className={styles.parts}>{parts}</div>
    </div>
  );
}

function PartView({ part }: { part: TurnPart }) {
  switch (part.kind) {
    case 'text':
      return <MessageText text={part.text} />;
    case 'reasoning':
      return (
        <details className={styles.reasoning}>
          <summary>Reasoning, {formatCompact(part.text.length)} characters</summary>
          <MessageText text={part.text} />
        </details>
      );
    case 'tool':
      return <ToolCall part={part} />;
    case 'tool_result':
      return <Result result={part.result} />;
    case 'erased':
      return <p className={styles.faint}>The text was erased.</p>;
    case 'unknown':
      return <JsonView value={part.value} label="part of unknown kind" />;
  }
}

function ToolCall({ part }: { part: Extract<TurnPart, { kind: 'tool' }> }) {
  return (
    <div className={styles.tool}>
      <details>
        <summary>
          <Wrench size={13} className={styles.wrench} aria-hidden="true" />
          <code className={styles.call}>{reveal(part.name)}</code>
          <code className={styles.preview}>{reveal(oneLine(part.arguments))}</code>
        </summary>
        <JsonView value={part.arguments} label="arguments" />
      </details>
      {part.result === null ? (
        <p className={styles.pending}>No result in this conversation.</p>
      ) : (
        <Result result={part.result} />
      )}
    </div>
  );
}

function Result({ result }: { result: ToolResult }) {
  return (
    <details className={styles.result}>
      <summary>
        <span className={styles.faint}>Result</span>
        <code className={styles.preview}>{reveal(oneLine(result.value))}</code>
      </summary>
      <JsonView value={result.value} label="result" />
    </details>
  );
}

function oneLine(value: unknown): string {
  const text = typeof value === 'string' ? head(value, 400) : prettyJson(value);
  return head(text.replace(/\s+/g, ' '), 200);
}

function preview(parts: readonly TurnPart[]): string {
  const text = parts.find((part) => part.kind === 'text')?.text ?? '';
  return head(text, 200);
}
