import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import type { Store } from '../../../collector/src/stores/store.ts';
import type { Encoder } from '../../../collector/src/watch/encoders/encoder.ts';
import { createWatch } from '../../../collector/src/watch/watch.ts';
import { embeddingRow } from '../../contracts/store/rows.ts';
import { cloud } from '../../detectors/support/gaussian.ts';
import { recordingLog } from '../../support/log.ts';
import { createMemoryStore } from './support/memory-store.ts';

const dimension = 4;
const vectors = cloud({ count: 200, dimension, seed: 1 });
const encoder: Encoder = { name: 'test', dimension, embed: async () => [] };
const options = {
  ...{ drift_features: 'embedding.*', drift_vectors_per_second: 100, drift_interval_ms: 1_000 },
  ...{ drift_fit: 70, drift_reference: 50, drift_window: 40, drift_window_minutes_max: 60 },
  ...{ drift_alpha: 0.001, drift_tolerance: 0.02 },
};

/** The tables as the first version made them, with a stream whose fit is of that version. */
const first_version = `
  CREATE TABLE watch_streams (
    stream_id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, feature TEXT NOT NULL, encoder TEXT NOT NULL,
    dimension INTEGER NOT NULL, fit TEXT, cursor_us INTEGER, has_reference INTEGER NOT NULL DEFAULT 0,
    last_verdict TEXT, UNIQUE (tenant, feature, encoder, dimension)
  ) STRICT;
  CREATE TABLE watch_fit_rows (
    sequence INTEGER PRIMARY KEY, stream_id INTEGER NOT NULL, row_key TEXT NOT NULL, vector BLOB,
    UNIQUE (stream_id, row_key)
  ) STRICT;
  CREATE TABLE watch_references (
    stream_id INTEGER NOT NULL, slice_key TEXT NOT NULL, slice_value TEXT NOT NULL, count INTEGER NOT NULL,
    sums BLOB NOT NULL, PRIMARY KEY (stream_id, slice_key, slice_value)
  ) STRICT;
  INSERT INTO watch_streams VALUES
    (1, 'default', 'embedding.output', 'test', 4, '{"id":"test:4:s1:v0:0","version":0}', 5, 1, '{}');
  INSERT INTO watch_fit_rows VALUES (1, 1, 't:s:h:0', NULL);
  INSERT INTO watch_references VALUES (1, 'all', 'all', 5, x'00');
`;

it('lets a feature begin anew whose fit another version made, and says so', async () => {
  const store = createMemoryStore();
  const control = new DatabaseSync(':memory:');
  control.exec(first_version);
  const log = recordingLog();
  const start = () =>
    createWatch({
      ...{ store: store as unknown as Store, control, encoder, options, log },
      ...{ now: () => 1_000, onVerdict: () => undefined },
    });
  const watch = start();
  expect(watch.counts().skipped).toEqual({ unreadable_fit: 1 });
  expect(log.lines).toHaveLength(1);
  expect(watch.status('default')).toMatchObject([
    { phase: 'fitting', n_fit: 0, slices: [], last_verdict: null },
  ]);
  store.addEmbeddings(vectors.map((vector, i) => embeddingRow(i, { dimension, vector, time: i * 1_000 })));
  await watch.round();
  expect(watch.status('default')).toMatchObject([{ phase: 'reference', n_fit: 70 }]);
  expect(start().counts().skipped, 'a fit of this version is read').toEqual({});
});
