import { expect, it } from 'vitest';
import { SextantError } from '../../../collector/src/errors.ts';
import {
  answerJournalRequest,
  createJournalRequests,
} from '../../../collector/src/lifecycle/journal-requests.ts';
import type { FromStore } from '../../../collector/src/messages.ts';
import type { Position } from '../../../collector/src/stores/store.ts';

/** Both sides with nothing but JSON between them, as between processes. */
function connect(journal: Parameters<typeof answerJournalRequest>[0]) {
  const requests = createJournalRequests((message: FromStore) => {
    if (message.type !== 'journal') throw new Error('Only the journal is asked.');
    const sent = JSON.parse(JSON.stringify(message)) as typeof message;
    void answerJournalRequest(journal, sent).then((answer) => {
      if (answer.type === 'journal') requests.receive(JSON.parse(JSON.stringify(answer)));
    });
  });
  return requests;
}

it('hands questions over and answers back, each to whoever asked', async () => {
  const forgotten: Position[] = [];
  let rotations = 0;
  const requests = connect({
    async rotate() {
      rotations += 1;
      const segment = rotations;
      // The first answer comes last.
      await new Promise((resolve) => setTimeout(resolve, 30 / rotations));
      return { segment, offset: 5 };
    },
    forget: async (position) => void forgotten.push(position),
  });
  const both = await Promise.all([requests.rotate(), requests.rotate()]);
  expect(both).toEqual([
    { segment: 1, offset: 5 },
    { segment: 2, offset: 5 },
  ]);
  await requests.forget({ segment: 2, offset: 5 });
  expect(forgotten).toEqual([{ segment: 2, offset: 5 }]);
});

it('rejects where the journal did', async () => {
  const full = () => Promise.reject(new SextantError('storage_unavailable', 'The disk is full.'));
  const requests = connect({ rotate: full, forget: full });
  const refusal = { code: 'storage_unavailable', message: expect.stringContaining('The disk is full.') };
  await expect(requests.rotate()).rejects.toMatchObject(refusal);
  await expect(requests.forget({ segment: 1, offset: 1 })).rejects.toMatchObject(refusal);
});
