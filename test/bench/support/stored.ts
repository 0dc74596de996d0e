import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SpawnedCollector } from '../../support/spawn-collector.ts';

/** What the collector says of itself at /api/stats, as far as benchmarks read it. */
export interface Stats {
  /** Spans. */
  readonly accepted: number;
  readonly stored: number;
}

export async function readStats({ url }: Pick<SpawnedCollector, 'url'>): Promise<Stats> {
  return (await (await fetch(`${url}/api/stats`)).json()) as Stats;
}

/** Waits until so many spans are queryable. */
export async function untilStored(collector: SpawnedCollector, spans: number): Promise<void> {
  const deadline = Date.now() + 300_000;
  while (Date.now() < deadline) {
    if ((await readStats(collector)).stored >= spans) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${spans} spans were not stored in time.`);
}

/** Bytes of the day files, with their logs. */
export function sizeOfDays(data: string): number {
  const folder = join(data, 'days');
  const names = readdirSync(folder).filter((name) => name.includes('.duckdb'));
  return names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
