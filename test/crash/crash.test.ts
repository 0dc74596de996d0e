import { expect, it } from 'vitest';
import { runKills } from './kills.ts';

it('keeps every acknowledged span, once, whichever process is killed and whenever', async () => {
  const lines: string[] = [];
  const print = (line: string) => lines.push(line);
  const { acknowledged, ...result } = await runKills({ kills: 24, seed: 1, phase_kills: 8, print });
  expect(result, lines.join('\n')).toEqual({ stored: acknowledged, lost: 0, duplicated: 0, violations: [] });
  expect(acknowledged).toBeGreaterThan(200);
}, 300_000);
