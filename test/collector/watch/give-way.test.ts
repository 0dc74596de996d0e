import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createGiveWay } from '../../../collector/src/watch/give-way.ts';

test('rests four times as long as it worked while spans wait', async () => {
  const giveWay = createGiveWay({ signal: new AbortController().signal, isIngestBehind: () => true });
  const started_ms = performance.now();
  expect(await giveWay(() => sleep(20, 'done'))).toBe('done');
  // Timers may fire up to a millisecond early.
  expect(performance.now() - started_ms).toBeGreaterThan(5 * 19 - 1);
});

test('a rest ends with the watch', async () => {
  const end = new AbortController();
  const giveWay = createGiveWay({ signal: end.signal, isIngestBehind: () => true });
  const started_ms = performance.now();
  const resting = giveWay(() => sleep(500));
  setTimeout(() => end.abort(), 600);
  await resting;
  // It would have lasted two seconds.
  expect(performance.now() - started_ms).toBeLessThan(2_000);
});

test('asks after the work whether any wait', async () => {
  const asked: string[] = [];
  const isIngestBehind = () => {
    asked.push('asked');
    return false;
  };
  const giveWay = createGiveWay({ signal: new AbortController().signal, isIngestBehind });
  await giveWay(async () => void asked.push('worked'));
  expect(asked).toEqual(['worked', 'asked']);
});

test('hands on what fails, at once', async () => {
  const giveWay = createGiveWay({ signal: new AbortController().signal, isIngestBehind: () => true });
  await expect(giveWay(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});
