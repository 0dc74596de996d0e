import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { openDuckDbStore } from '../../../../collector/src/stores/duckdb/store.ts';
import type { Store } from '../../../../collector/src/stores/store.ts';
import { bare, modelCall, noon_us, recordAt } from '../../../contracts/store/rows.ts';
import { temporaryFolder } from '../../../support/folder.ts';
import { recordingLog } from '../../../support/log.ts';

/** A real embedded store with the control database beside it. */
export async function openStore(): Promise<{ store: Store; control: DatabaseSync }> {
  const folder = temporaryFolder();
  const control = new DatabaseSync(join(folder, 'control.sqlite'));
  const store = await openDuckDbStore({
    folder: join(folder, 'days'),
    memory_bytes: 512 * 2 ** 20,
    log: recordingLog(),
    control,
    query_timeout_ms: 20_000,
    deduplication_hours: 0,
  });
  onTestFinished(async () => {
    await store.close();
    control.close();
  });
  return { store, control };
}

const minute_us = 60_000_000;

export interface Sender {
  /** Stores one model call for each text, so many in a minute of the spans' own time. */
  send(texts: readonly string[], fields?: { service?: string }): Promise<void>;
  /** Start of the next minute to be sent. */
  next_us(): number;
}

export function createSender(store: Store, per_minute: number): Sender {
  let sent = 0;
  return {
    async send(texts, fields = {}) {
      const spans = texts.map((question) => {
        const start_time = noon_us + Math.floor(sent / per_minute) * minute_us + (sent % per_minute) * 1_000;
        sent += 1;
        const { span, messages } = modelCall(sent, { question, start_time, service: 'shop', ...fields });
        return { ...bare(span), messages };
      });
      await store.append({ records: [recordAt(sent, ...spans)] });
    },
    next_us: () => noon_us + Math.ceil(sent / per_minute) * minute_us,
  };
}
