import { closeSync, copyFileSync, openSync, readdirSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { openDuckDbStore } from '../../../../collector/src/stores/duckdb/store.ts';
import { modelCall, recordAt } from '../../../contracts/store/rows.ts';
import { temporaryFolder } from '../../../support/folder.ts';
import { recordingLog } from '../../../support/log.ts';

const day = '2025-03-10';
const header_bytes = 12_288;
const block_bytes = 262_144;
const calls = 6_000;

async function openIn(folder: string, control: DatabaseSync) {
  const broken: string[] = [];
  const log = recordingLog();
  const store = await openDuckDbStore({
    ...{ folder, control, log, memory_bytes: 2 ** 28, query_timeout_ms: 20_000, deduplication_hours: 0 },
    onBroken: (name) => void broken.push(name),
  });
  return { store, broken, log };
}

/** A file of a day with some blocks, as a collector leaves it. */
async function makeFile(): Promise<string> {
  const folder = join(temporaryFolder(), 'days');
  const { store } = await openIn(folder, new DatabaseSync(':memory:'));
  // Texts that cannot be compressed, so that there are many blocks.
  let state = 1;
  const noise = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state.toString(36);
  };
  const spans = Array.from({ length: calls }, (_, number) =>
    modelCall(number, { attributes: JSON.stringify({ noise: Array.from({ length: 20 }, noise).join('') }) }),
  );
  await store.append({ records: [recordAt(100, ...spans)] });
  await store.close();
  return join(folder, `${day}.duckdb`);
}

it('has a day set aside whose broken pages keep everything from being stored, wherever they are', async () => {
  const file = await makeFile();
  const blocks = Math.floor((statSync(file).size - header_bytes) / block_bytes);
  const met = { set_aside: 0, condemned: 0, harmless: 0 };
  for (let block = 0; block < blocks; block++) {
    const folder = temporaryFolder();
    copyFileSync(file, join(folder, `${day}.duckdb`));
    const handle = openSync(join(folder, `${day}.duckdb`), 'r+');
    writeSync(handle, Buffer.alloc(64, 0xa5), 0, 64, header_bytes + block * block_bytes + 1_000);
    closeSync(handle);
    const control = new DatabaseSync(':memory:');
    const first = await openIn(folder, control);
    const known = modelCall(1);
    const fresh = modelCall(calls + 1, { question: 'after the damage' });
    const batch = { records: [recordAt(200, known, fresh)] };
    const outcomes: boolean[] = [];
    for (let attempt = 0; attempt < 4; attempt++)
      outcomes.push(
        await first.store.append(batch).then(
          () => true,
          () => false,
        ),
      );
    // The check waits for its turn behind what is written.
    await first.store.take('sketch', 1).catch(() => null);
    await first.store.close();
    if (outcomes.includes(true)) {
      met[readdirSync(folder).some((name) => name.includes('.damaged-')) ? 'set_aside' : 'harmless'] += 1;
      expect(first.broken, `block ${block}`).toEqual([]);
      continue;
    }
    met.condemned += 1;
    expect(first.broken, `block ${block}`).toEqual([day]);
    const second = await openIn(folder, control);
    // From the beginning: what the journal still has is stored again.
    expect(await second.store.position()).toBeNull();
    expect(second.store.files?.lostDays()).toMatchObject([{ day, why: 'damaged' }]);
    expect((await second.store.append(batch)).stored).toBe(2);
    await second.store.close();
    const third = await openIn(folder, control);
    expect(
      readdirSync(folder).filter((name) => name.endsWith('.duckdb') || name.includes('.damaged-')),
    ).toHaveLength(2);
    expect(third.log.lines).toEqual([]);
    await third.store.close();
  }
  expect(blocks).toBeGreaterThan(4);
  expect(met.condemned).toBeGreaterThan(0);
});

it('checks nothing while the machine is in trouble', async () => {
  const folder = temporaryFolder();
  const { store, broken, log } = await openIn(folder, new DatabaseSync(':memory:'));
  const full = new Error('IO Error: Could not write file: No space left on device');
  const failing = () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(full) }) });
  for (let attempt = 0; attempt < 5; attempt++)
    await expect(store.append({ records: failing() })).rejects.toThrow('No space left');
  expect(broken).toEqual([]);
  expect(log.lines).toEqual([]);
  await store.close();
});
