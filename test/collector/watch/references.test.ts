import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { Row } from '../../../collector/src/stores/store.ts';
import { createTables } from '../../../collector/src/watch/control.ts';
import { createReferenceManager } from '../../../collector/src/watch/manage-references.ts';
import {
  createReferencePolicies,
  type ReferencePolicy,
} from '../../../collector/src/watch/reference-policy.ts';
import { createReferences } from '../../../collector/src/watch/references.ts';
import { createStreams } from '../../../collector/src/watch/streams.ts';

const minute_us = 60_000_000;
const week_us = 7 * 24 * 60 * minute_us;
const start_us = 10 * week_us;
const key = { tenant: 'default', feature: 'embedding.output' };

/** A stream with ten conversations in each of eight minutes; its sums count conversations and ranges. */
function setUp({ changed_us = null as number | null, has_reference = true } = {}) {
  const database = new DatabaseSync(':memory:');
  createTables(database);
  const streams = createStreams(database);
  const stream_id = streams.open({ ...key, encoder: 'test', dimension: 4 })!.stream_id;
  const set = (column: string, value: string | number) =>
    database.prepare(`UPDATE watch_streams SET ${column} = ?`).run(value);
  set('sketch_id', 'fit');
  const asked: [number, number][] = [];
  const query = async (name: string, parameters: Row): Promise<Row[]> => {
    const [from_us, to_us] = [Number(parameters['from_us']), Number(parameters['to_us'])];
    if (name === 'version_changes') return changed_us === null ? [] : [{ first_time: changed_us }];
    if (name === 'sketch_minutes')
      return [0, 1, 2, 3, 4, 5, 6, 7].map((minute) => ({ minute: start_us + minute * minute_us, count: 10 }));
    asked.push([from_us, to_us]);
    const count = Math.round(((to_us - from_us) / minute_us) * 10);
    return [{ slice_key: 'all', slice_value: 'all', count, sums: [count, 1] }];
  };
  const store = { query } as Parameters<typeof createReferences>[0]['store'];
  const policies = createReferencePolicies(database);
  const whole = { slice_key: 'all', slice_value: 'all' };
  if (has_reference) {
    const sketch = { id: 'fit', count: 50, sums: Float64Array.of(50, 0) };
    streams.saveReference(streams.get(stream_id), [{ ...whole, sketch }], start_us);
  }
  const references = createReferences({ store, streams, policies, wanted: 30 });
  const manager = createReferenceManager({ database, store, streams, policies, now: () => 7 });
  const read = async (policy: ReferencePolicy, from_us: number) => {
    policies.set(key, policy);
    asked.length = 0;
    const window = { from_us, to_us: from_us + minute_us };
    const { reference } = await references.compare(streams.get(stream_id), window);
    return { reference, asked: asked.filter(([start]) => start !== from_us) };
  };
  return { database, streams, stream: () => streams.get(stream_id), manager, read, asked };
}

describe('a reference', () => {
  test('is the first conversations where nothing else is said', async () => {
    const { reference, asked } = await setUp().read({ kind: 'first' }, start_us);
    expect(reference).toMatchObject([{ sketch: { count: 50 } }]);
    expect(asked).toEqual([]);
  });

  test('that rolls is the shortest range before the window that holds enough', async () => {
    const { read } = setUp();
    const { reference, asked } = await read({ kind: 'rolling' }, start_us + 6 * minute_us);
    expect(asked).toEqual([[start_us + 3 * minute_us, start_us + 6 * minute_us]]);
    expect(reference[0]?.sketch.count).toBe(30);
    const short = await read({ kind: 'rolling' }, start_us + minute_us);
    expect(short.asked, 'all there is where that is less').toEqual([[start_us, start_us + minute_us]]);
  });

  test('by season is the whole hour of four weeks before', async () => {
    const { reference, asked } = await setUp().read({ kind: 'seasonal' }, start_us + 7 * minute_us);
    const weeks = [1, 2, 3, 4].map((weeks) => start_us - weeks * week_us);
    expect(asked).toEqual(weeks.map((hour) => [hour, hour + 60 * minute_us]));
    expect(reference).toMatchObject([{ sketch: { count: 2_400 } }]);
  });

  test('that was the last good one ends where the newest version began', async () => {
    const { read } = setUp({ changed_us: start_us + 5 * minute_us + 7 });
    const { asked } = await read({ kind: 'last_good' }, start_us + 7 * minute_us);
    expect(asked).toEqual([[start_us + 2 * minute_us, start_us + 5 * minute_us]]);
    const { reference } = await setUp().read({ kind: 'last_good' }, start_us);
    expect(reference, 'no version before').toEqual([]);
  });
});

describe('managing references', () => {
  const pinned = {
    kind: 'pinned',
    name: 'golden',
    from_us: start_us,
    to_us: start_us + 5 * minute_us,
  } as const;

  test('a range that is pinned is frozen, and windows go on where they are', async () => {
    const { manager, stream } = setUp();
    await manager.set(key, pinned);
    expect(stream()).toMatchObject({ phase: 'watching', cursor_us: start_us });
    expect(manager.list('default')).toEqual([
      {
        ...{ feature: key.feature, encoder: 'test', kind: 'pinned', name: 'golden', n_reference: 50 },
        from: new Date(start_us / 1_000).toISOString(),
        to: new Date(pinned.to_us / 1_000).toISOString(),
      },
    ]);
    expect(manager.list('other')).toEqual([]);
  });

  test('windows begin after the range where there was no reference yet', async () => {
    const { manager, stream } = setUp({ has_reference: false });
    await manager.set(key, pinned);
    expect(stream()).toMatchObject({ phase: 'watching', cursor_us: pinned.to_us });
  });

  test('what detectors carried along belonged to the reference before', async () => {
    const { manager, database } = setUp();
    database.exec("INSERT INTO watch_sequential VALUES (1, 'all', 'all', 'online', '{}')");
    await manager.set(key, pinned);
    expect(database.prepare('SELECT * FROM watch_sequential').all()).toEqual([]);
  });

  test('refuses ranges that are empty or hold too little, and features nobody watches', async () => {
    const { manager, stream } = setUp();
    const refusal = async (policy: ReferencePolicy, feature = key.feature): Promise<unknown> =>
      await manager.set({ tenant: 'default', feature }, policy).catch((error: unknown) => error);
    const short = { ...pinned, to_us: start_us + 2 * minute_us };
    expect(await refusal({ ...pinned, to_us: start_us })).toMatchObject({ code: 'bad_request' });
    expect(await refusal(short)).toMatchObject({ code: 'bad_request' });
    expect(await refusal({ kind: 'rolling' }, 'embedding.x')).toMatchObject({ code: 'not_found' });
    await expect(manager.set({ ...key, tenant: 'other' }, { kind: 'rolling' })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(manager.list('default')).toMatchObject([{ kind: 'first' }]);
    expect(stream().cursor_us).toBe(start_us);
  });

  test('a reset lets the feature begin anew', async () => {
    const { manager, stream } = setUp();
    await manager.set(key, { kind: 'rolling' });
    manager.reset(key);
    expect(stream()).toMatchObject({ phase: 'fitting', cursor_us: null, sketch_id: null, begun_us: 7_000 });
    expect(manager.list('default')).toMatchObject([{ kind: 'first', n_reference: null }]);
  });
});
