import { expect, test, vi } from 'vitest';
import { connect } from '../../../../collector/src/stores/bigquery/client.ts';

vi.mock('@google-cloud/bigquery', () => {
  throw new Error("Cannot find package '@google-cloud/bigquery'");
});

test('a missing client library is named, with the way to get it', async () => {
  const retries = { attempts_max: 1, pause_ms: 1 };
  const connecting = connect({ project: 'test', dataset: 'sextant', retries });
  await expect(connecting).rejects.toMatchObject({
    code: 'bad_request',
    message: expect.stringContaining('npm install @google-cloud/bigquery'),
  });
});
