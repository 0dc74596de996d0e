import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { decodeTraces } from '../../../collector/src/decode/decode.ts';
import type { DecodedSpan } from '../../../collector/src/decode/records.ts';
import { readSpanFiles } from '../../../collector/src/replay/read-span-files.ts';
import type { PlainAttributes } from './support.ts';

/** Recorded data beside the repository; not part of it. */
const folder = new URL('../../../../shared/data/', import.meta.url);

export const has_data = existsSync(folder);
if (!has_data) console.warn(`No recorded data at ${folder.pathname}: tests that need it are skipped.`);

export function dataPath(path: string): string {
  return new URL(path, folder).pathname;
}

export function readData(path: string): unknown {
  return JSON.parse(gunzipSync(readFileSync(dataPath(path))).toString('utf8'));
}

/** The spans of a recorded file, read and decoded as the collector does. */
export async function decodeFile(path: string): Promise<readonly DecodedSpan[]> {
  const spans: DecodedSpan[] = [];
  for await (const file of readSpanFiles(dataPath(path))) {
    if ('skipped' in file) throw new Error(`${path}: ${file.skipped}`);
    for (const request of file.requests) {
      spans.push(...decodeTraces(Buffer.from(JSON.stringify(request)), 'json').spans);
    }
  }
  return spans;
}

/** The attributes an observation of a Langfuse export had when it was a span of another sender. */
export function originalAttributes(path: string, id: string): PlainAttributes {
  const { observations } = readData(path) as { observations: { id: string; metadata: string }[] };
  const observation = observations.find((item) => item.id === id);
  if (observation === undefined) throw new Error(`${path} has no observation ${id}.`);
  const metadata = JSON.parse(observation.metadata) as { attributes: PlainAttributes };
  return metadata.attributes;
}
