import { expect, it } from 'vitest';
import { failAtRandom, failEveryCall } from '../../support/journal-faults.ts';

it('keeps every acknowledged record, once and in order, whichever call of the disk fails', async () => {
  const { runs, problems } = await failEveryCall(4);
  expect(problems).toEqual([]);
  expect(runs).toBeGreaterThan(1_000);
});

it('keeps them through random work and random failures', async () => {
  await failAtRandom({ seed: 11, runs: 1_000 });
});
