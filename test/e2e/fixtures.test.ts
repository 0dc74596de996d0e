import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeTraces } from '../../collector/src/decode/decode.ts';
import { readSpanFiles } from '../../collector/src/replay/read-span-files.ts';
import { startCollector, untilStored } from '../support/collector.ts';
import { temporaryFolder } from '../support/folder.ts';
import { has_shared_data, sharedPath } from '../support/shared-data.ts';

const folders = [
  'spans-monocle-otel',
  'spans-langfuse-framework-traces',
  'spans-any-agent',
  'spans-vercel-ai-sdk-v6',
  'spans-openinference-genai',
  'spans-otlp-examples',
];

const program = fileURLToPath(new URL('../../collector/src/main.ts', import.meta.url));

function sextant(...args: string[]) {
  const options = ['--conditions=@sextant/source', '--disable-warning=ExperimentalWarning'];
  return spawnSync(process.execPath, [...options, program, ...args], { encoding: 'utf8' });
}

interface Source {
  readonly id: string;
  readonly parent: string | null;
  readonly name: string;
  readonly attribute_keys: readonly string[];
}

/** Every span of the folder as it was read from its file, before it was sent anywhere. */
async function readSource(folder: string): Promise<Source[]> {
  const spans: Source[] = [];
  for await (const file of readSpanFiles(sharedPath(folder))) {
    if ('skipped' in file) continue;
    for (const request of file.requests) {
      for (const span of decodeTraces(Buffer.from(JSON.stringify(request)), 'json').spans) {
        spans.push({
          id: `${span.trace_id} ${span.span_id}`,
          parent: span.parent_span_id,
          name: span.name,
          attribute_keys: [...span.attributes.keys()],
        });
      }
    }
  }
  return spans;
}

describe.skipIf(!has_shared_data)('recorded spans, replayed', () => {
  it('finds every span again, none twice, trees and unknown attributes intact', async () => {
    const collector = await startCollector({
      data: temporaryFolder(),
      environment: { SEXTANT_DRIFT: 'false' },
    });
    const sources = new Map<string, Source>();
    for (const folder of folders) {
      expect(readdirSync(sharedPath(folder)).length).toBeGreaterThan(1);
      const replay = sextant('replay', sharedPath(folder), '--url', collector.url);
      expect(replay.status, replay.stderr).toBe(0);
      const spans = await readSource(folder);
      expect(spans.length).toBeGreaterThan(0);
      const { accepted, ...rest } = JSON.parse(replay.stdout) as { accepted: number };
      expect(rest).toMatchObject({ rejected: 0, failed: 0 });
      // Some folders hold logs and metrics beside their spans.
      expect(accepted).toBeGreaterThanOrEqual(spans.length);
      for (const span of spans) sources.set(span.id, span);
    }
    // Sent once more, nothing is stored twice.
    expect(sextant('replay', sharedPath(folders[0] as string), '--url', collector.url).status).toBe(0);
    await untilStored(collector);

    const answer = sextant(
      'sql',
      'SELECT trace_id, span_id, parent_span_id, name, dialect, attributes FROM spans',
      '--json',
      '--url',
      collector.url,
    );
    expect(answer.status, answer.stderr).toBe(0);
    const rows = JSON.parse(answer.stdout) as Record<string, string | null>[];
    expect(rows.map((row) => `${row['trace_id']} ${row['span_id']}`).sort()).toEqual(
      [...sources.keys()].sort(),
    );
    for (const row of rows) {
      const source = sources.get(`${row['trace_id']} ${row['span_id']}`) as Source;
      expect(row['parent_span_id']).toBe(source.parent);
      expect(row['name']).toBe(source.name);
      if (row['dialect'] !== null) continue;
      expect(Object.keys(JSON.parse(String(row['attributes']))).sort()).toEqual(
        [...source.attribute_keys].sort(),
      );
    }
    const dialects = new Set(rows.map((row) => row['dialect']));
    expect(dialects).toEqual(new Set([null, 'otel_genai', 'openinference']));
  });
});
