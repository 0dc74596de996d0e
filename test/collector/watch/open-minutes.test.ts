import { expect, test } from 'vitest';
import type { Row } from '../../../collector/src/stores/store.ts';
import { createOpenMinutes } from '../../../collector/src/watch/open-minutes.ts';
import type { Stream } from '../../../collector/src/watch/streams.ts';

const minute_us = 60_000_000;

function streamOf(stream_id: number, fields: Partial<Stream> = {}): Stream {
  return {
    ...{ stream_id, tenant: 'default', feature: `f${stream_id}`, encoder: 'e', dimension: 1 },
    ...{ phase: 'watching', sketch_id: 's', cursor_us: 0, last_verdict: null, begun_us: null },
    ...fields,
  };
}

/** A store in which a stream has so many minutes; it tells which streams it was asked for. */
function setUp(minutes_of: (feature: string) => number = () => 1) {
  const asked: string[] = [];
  const clock = { ms: 1_000_000 };
  const open_minutes = createOpenMinutes({
    store: {
      async query(_, { feature }): Promise<Row[]> {
        asked.push(String(feature));
        const minutes = Array.from({ length: minutes_of(String(feature)) }, (__, index) => index * minute_us);
        return minutes.map((minute) => ({ minute, count: 1, arrived: minute }));
      },
    },
    now: () => clock.ms,
  });
  return { open_minutes, asked, clock };
}

test('a stream at rest is read once', async () => {
  const { open_minutes, asked } = setUp();
  const first = await open_minutes.read(streamOf(1));
  expect(first).toEqual([{ minute: 0, count: 1, arrived: 0 }]);
  expect(await open_minutes.read(streamOf(1))).toBe(first);
  await open_minutes.read(streamOf(2));
  expect(asked).toEqual(['f1', 'f2']);
});

test('one that was written is read each time until the store has had a minute to show it', async () => {
  const { open_minutes, asked, clock } = setUp();
  await open_minutes.read(streamOf(1));
  open_minutes.touch(streamOf(1));
  for (const passed_ms of [0, 59_999, 1]) {
    clock.ms += passed_ms;
    await open_minutes.read(streamOf(1));
  }
  expect(asked).toHaveLength(4);
  await open_minutes.read(streamOf(1));
  expect(asked).toHaveLength(4);
});

test('another cursor or fit, and rows that may be gone, are read anew', async () => {
  const { open_minutes, asked } = setUp();
  await open_minutes.read(streamOf(1));
  await open_minutes.read(streamOf(1, { cursor_us: minute_us }));
  await open_minutes.read(streamOf(1, { cursor_us: minute_us, sketch_id: 't' }));
  expect(asked).toHaveLength(3);
  open_minutes.forget();
  await open_minutes.read(streamOf(1, { cursor_us: minute_us, sketch_id: 't' }));
  expect(asked).toHaveLength(4);
});

test('of more minutes than are kept, those read first are read again', async () => {
  const { open_minutes, asked } = setUp(() => 20_000);
  for (let stream_id = 1; stream_id <= 11; stream_id++) await open_minutes.read(streamOf(stream_id));
  for (const stream_id of [11, 2, 1]) await open_minutes.read(streamOf(stream_id));
  expect(asked.slice(11)).toEqual(['f1']);
});
