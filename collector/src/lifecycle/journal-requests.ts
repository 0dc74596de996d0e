import { SextantError } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { FromStore, JournalQuestion, ToStore } from '../messages.ts';
import type { Position } from '../stores/store.ts';

/** What the store process asks of the journal, which the receiving process writes. */
export interface JournalRequests {
  /** See `Journal.rotate`. @throws SextantError storage_unavailable */
  rotate(): Promise<Position>;
  /** See `Journal.forget`. @throws SextantError storage_unavailable */
  forget(position: Position): Promise<void>;
  /** Takes an answer of the receiving process. */
  receive(answer: JournalAnswer): void;
}

type JournalAnswer = Extract<ToStore, { readonly type: 'journal' }>;

/** The side of the store process. Without the receiving process no answer comes, and the store process ends too. */
export function createJournalRequests(send: (message: FromStore) => void): JournalRequests {
  const waiting = new Map<number, PromiseWithResolvers<Position>>();
  let last = 0;

  function ask(question: JournalQuestion): Promise<Position> {
    last += 1;
    const answer = Promise.withResolvers<Position>();
    waiting.set(last, answer);
    send({ type: 'journal', request: last, question });
    return answer.promise;
  }

  return {
    rotate: () => ask({ name: 'rotate' }),
    async forget(position) {
      await ask({ name: 'forget', position });
    },
    receive({ request, position, problem }) {
      const answer = waiting.get(request);
      waiting.delete(request);
      if (problem === null) answer?.resolve(position);
      else answer?.reject(new SextantError('storage_unavailable', problem));
    },
  };
}

/** The side of the receiving process. */
export async function answerJournalRequest(
  journal: Pick<Journal, 'rotate' | 'forget'>,
  { request, question }: Extract<FromStore, { readonly type: 'journal' }>,
): Promise<ToStore> {
  try {
    const position = question.name === 'rotate' ? await journal.rotate() : question.position;
    if (question.name === 'forget') await journal.forget(position);
    return { type: 'journal', request, position, problem: null };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { type: 'journal', request, position: { segment: 0, offset: 0 }, problem };
  }
}
