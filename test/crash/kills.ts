import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type Comparison, compareWithStore } from './compare.ts';
import { Killer } from './killer.ts';
import { type Senders, startSenders } from './senders.ts';

/**
 * Kills the processes of a real collector at random moments, while senders go on sending, and looks again and
 * again whether the store has exactly what was acknowledged.
 */
export interface KillOptions {
  readonly kills: number;
  readonly seed: number;
  /** So many kills lie between two looks into the store. */
  readonly phase_kills: number;
  print(line: string): void;
}

export interface KillResult extends Comparison {
  /** What must never happen, in words. */
  readonly violations: readonly string[];
}

export async function runKills({ kills, seed, phase_kills, print }: KillOptions): Promise<KillResult> {
  const data = mkdtempSync(join(tmpdir(), 'sextant-crash-'));
  const port = await freePort();
  const killer = new Killer({ data, port, random: seededRandom(seed) });
  const senders = startSenders({ port, senders: 4, seed });
  const violations = () => [...senders.violations, ...killer.violations];
  try {
    let comparison = await look(killer, senders);
    for (let done = 0; done < kills && violations().length === 0 && isWhole(comparison); ) {
      const next = Math.min(phase_kills, kills - done);
      for (let count = 0; count < next; count++) await killer.kill();
      done += next;
      comparison = await look(killer, senders);
      print(describe(done, { comparison, killer, senders }));
    }
    // What was stored survives an orderly stop as well.
    await killer.stop();
    if (isWhole(comparison)) comparison = await look(killer, senders);
    return { ...comparison, violations: violations() };
  } finally {
    await senders.stop();
    await killer.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

/** With nothing under way, waits until everything is stored and compares. */
async function look(killer: Killer, senders: Senders): Promise<Comparison> {
  const url = await killer.ready();
  await senders.pause();
  await killer.stored();
  const comparison = await compareWithStore(url, senders.acknowledged);
  senders.resume();
  return comparison;
}

function isWhole({ lost, duplicated }: Comparison): boolean {
  return lost === 0 && duplicated === 0;
}

interface Phase {
  readonly comparison: Comparison;
  readonly killer: Killer;
  readonly senders: Senders;
}

function describe(kills: number, { comparison, killer, senders }: Phase): string {
  const { requests, retries, asked_to_wait } = senders.figures;
  const { acknowledged, stored, lost, duplicated } = comparison;
  return [
    `kills ${kills}: acknowledged ${acknowledged}, stored ${stored}, lost ${lost}, duplicated ${duplicated}`,
    `${requests} requests, ${retries} sent again, ${asked_to_wait} asked to wait`,
    `${killer.starts} starts, ready after ${median(killer.ready_ms)} ms, ${Math.max(...killer.ready_ms)} ms at most`,
  ].join('; ');
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
