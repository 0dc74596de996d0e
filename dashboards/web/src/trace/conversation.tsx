import { ArrowDown } from 'lucide-react';
import { useMemo, useRef } from 'react';
import type { SpanDetail } from '../api/client.ts';
import { formatCount } from '../format/number.ts';
import { Button } from '../ui/button.tsx';
import { placed } from '../ui/placed.ts';
import styles from './conversation.module.css';
import { toTranscript } from './transcript.ts';
import { TurnView } from './turn.tsx';

/** What was said to the model and what it said, to be read from top to bottom. */
export function Conversation({ detail }: { detail: SpanDetail }) {
  const turns = useMemo(() => toTranscript(detail.input_messages, detail.output_messages), [detail]);
  const answer = useRef<HTMLHeadingElement>(null);
  const first_output = turns.findIndex((turn) => turn.is_output);
  const input_turns = first_output === -1 ? turns.length : first_output;
  if (turns.length === 0) return <p className={styles.none}>No messages were recorded on this span.</p>;
  return (
    <div className={styles.conversation}>
      <div className={styles.bar}>
        <span>
          {formatCount(input_turns)} in, {formatCount(turns.length - input_turns)} out
        </span>
        {first_output > 2 && (
          <Button look="plain" onPress={() => answer.current?.scrollIntoView({ block: 'start' })}>
            <ArrowDown size={14} aria-hidden="true" />
            To the answer
          </Button>
        )}
      </div>
      <ol>
        {placed(turns).map(({ place, value: turn }) => (
          <li key={place} className={styles.turn}>
            {place === first_output && (
              <h3 ref={answer} className={styles.answer}>
                Answer of this call
              </h3>
            )}
            <TurnView turn={turn} />
          </li>
        ))}
      </ol>
    </div>
  );
}
