import { expect, it } from 'vitest';
import { createTables } from '../../../collector/src/watch/control.ts';
import { watchedFeatures } from '../../../collector/src/watch/features.ts';
import { forgetRemovedVectors } from '../../../collector/src/watch/forget-removed.ts';
import { observeEvaluation } from '../../../collector/src/watch/observe-evaluation.ts';
import { bare, recordAt, scoreRow, spanRow, traceId } from '../../contracts/store/rows.ts';
import { openStore } from './support/stores.ts';

it('keeps what evaluations said that name no span', async () => {
  const { store, control } = await openStore();
  createTables(control);
  control.exec(
    "INSERT INTO watch_streams (stream_id, tenant, feature, encoder, dimension) VALUES (1, 'default', 'evaluation.tone', 'judge', 0)",
  );
  const row = { ...scoreRow('s1'), trace_id: null, span_id: null, conversation_id: null, ingest_time: 1 };
  const [said] = observeEvaluation(
    { ...row, value: 0.5, label: null, slices: {} },
    watchedFeatures('evaluation.*'),
  );
  control
    .prepare("INSERT INTO watch_fit_values (stream_id, unit_key, value_key, value) VALUES (1, 'u', ?, '0.5')")
    .run(String(said?.value_key));
  expect(await forgetRemovedVectors({ control, store })).toBe(0);
});

it('forgets vectors whose span is gone, and only those', async () => {
  const { store, control } = await openStore();
  await store.append({
    records: [recordAt(100, bare(spanRow(1)), bare(spanRow(2)), bare(spanRow(3, { tenant: 'other' })))],
  });
  createTables(control);
  const stream = control.prepare(
    "INSERT INTO watch_streams (stream_id, tenant, feature, encoder, dimension) VALUES (?, ?, 'f', 'e', 1)",
  );
  stream.run(1, 'default');
  stream.run(2, 'other');
  const insert = control.prepare(
    'INSERT INTO watch_fit_values (stream_id, unit_key, value_key, value) VALUES (?, ?, ?, ?)',
  );
  const key = (number: number) => `${traceId(number)}:${spanRow(number).span_id}:hash:digest`;
  for (const number of [1, 2, 3, 4]) insert.run(1, 'u', key(number), Buffer.from('vector'));
  insert.run(2, 'u', key(3), null);
  await store.erase({ tenant: 'default', trace_id: traceId(2) });
  // Span 2 was erased, spans 3 and 4 were never this tenant's.
  expect(await forgetRemovedVectors({ control, store })).toBe(3);
  const left = control.prepare('SELECT stream_id, value_key FROM watch_fit_values ORDER BY sequence').all();
  expect(left.map((row) => ({ ...row }))).toEqual([
    { stream_id: 1, value_key: key(1) },
    { stream_id: 2, value_key: key(3) },
  ]);
  expect(await forgetRemovedVectors({ control, store })).toBe(0);
});
