import type { JournalFiles } from '../../collector/src/journal/files.ts';
import type { RecordContent } from '../../collector/src/journal/record.ts';
import { type Damage, openTail } from '../../collector/src/journal/tail.ts';
import type { Position } from '../../collector/src/stores/store.ts';

/** A record that holds a text, or any bytes. */
export function textRecord(text: string | Buffer): RecordContent {
  return {
    signal: 'traces',
    encoding: 'identity',
    content_type: 'json',
    tenant: 'default',
    received_ms: 1,
    body: Buffer.isBuffer(text) ? text : Buffer.from(text),
  };
}

export interface ReadOptions {
  readonly folder: string;
  /** Read until here, which must be the start of a segment or the end of a record. */
  readonly durable: Position;
  readonly from?: Position;
  readonly files?: JournalFiles;
}

export interface ReadTexts {
  readonly texts: string[];
  /** Where each of the records ends. */
  readonly positions: Position[];
  readonly damage: Damage;
}

/** Reads texts as the store process does, until the tail is no longer behind. */
export async function readTexts({ folder, durable, from, files }: ReadOptions): Promise<ReadTexts> {
  const tail = openTail({
    folder,
    from: from ?? null,
    body_bytes_max: 10_000_000,
    retry_pauses_ms: [0],
    ...(files ? { files } : {}),
  });
  tail.advance(durable);
  const texts: string[] = [];
  const positions: Position[] = [];
  while (tail.isBehind()) {
    // Without further records it waits for ever; it is then at the end of what is durable.
    const records = await Promise.race([tail.next(1), until(() => !tail.isBehind())]);
    for (const { body, position } of records ?? []) {
      texts.push(body.toString());
      positions.push(position);
    }
  }
  await tail.close();
  return { texts, positions, damage: tail.damage };
}

async function until(holds: () => boolean): Promise<null> {
  while (!holds()) await new Promise(setImmediate);
  return null;
}
