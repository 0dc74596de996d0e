import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { exportSpans } from '../../../../collector/src/lifecycle/export/spans.ts';
import { openDuckDbStore } from '../../../../collector/src/stores/duckdb/store.ts';
import { bare, modelCall, noon_us, recordAt, second_us, spanRow } from '../../../contracts/store/rows.ts';
import { temporaryFolder } from '../../../support/folder.ts';
import { recordingLog } from '../../../support/log.ts';

interface Line {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly { readonly name: string; readonly startTimeUnixNano: string }[];
    }[];
  }[];
}

function namesOf(lines: readonly string[]): string[][] {
  return lines.map((line) => {
    const { resourceSpans } = JSON.parse(line) as Line;
    return resourceSpans.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name)),
    );
  });
}

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

async function openStore() {
  const store = await openDuckDbStore({
    ...{ folder: join(temporaryFolder(), 'days'), memory_bytes: 2 ** 28, log: recordingLog() },
    ...{ control: new DatabaseSync(':memory:'), query_timeout_ms: 10_000, deduplication_hours: 0 },
  });
  onTestFinished(() => store.close());
  return store;
}

const tenant = 'default';
const { signal } = new AbortController();

it('gives every span of the range once, whatever the pages', async () => {
  const store = await openStore();
  // Many start at the same moment, so that pages end between spans of one start.
  const spans = Array.from({ length: 60 }, (_, number) =>
    modelCall(number, { start_time: noon_us + Math.floor(number / 25) * second_us }),
  );
  const foreign = bare(spanRow(99, { tenant: 'other', start_time: noon_us }));
  await store.append({ records: [recordAt(100, ...spans, foreign)] });
  const range = { tenant, from_us: noon_us, to_us: noon_us + 2 * second_us };
  const wanted = Array.from({ length: 50 }, (_, number) => `span ${number}`).sort();
  for (const keys_max of [1, 7, 25, 50, 1_000]) {
    const lines = await all(exportSpans(range, { store, signal, keys_max }));
    expect(namesOf(lines).flat().sort(), String(keys_max)).toEqual(wanted);
  }
});

it('keeps the lines at a size every collector takes', async () => {
  const store = await openStore();
  const attributes = JSON.stringify({ note: 'x'.repeat(1_500_000) });
  const spans = [1, 2, 3, 4, 5].map((number) => bare(spanRow(number, { attributes })));
  await store.append({ records: [recordAt(100, ...spans)] });
  const range = { tenant, from_us: noon_us, to_us: noon_us + 100 * second_us };
  const lines = await all(exportSpans(range, { store, signal }));
  expect(namesOf(lines)).toEqual([['span 1', 'span 2'], ['span 3', 'span 4'], ['span 5']]);
});

it('gives nothing for a range without spans', async () => {
  const store = await openStore();
  const range = { tenant, from_us: 0, to_us: noon_us };
  expect(await all(exportSpans(range, { store, signal }))).toEqual([]);
});
