import { parseArgs } from 'node:util';
import { damageAtRandom } from '../support/journal-damage.ts';
import { failAtRandom, failEveryCall } from '../support/journal-faults.ts';
import { runKills } from './kills.ts';

/**
 * The crash harness: every failure of the disk below the journal, on a simulated one, then a real collector that
 * is killed at random moments while senders go on. Ends with 1 when anything acknowledged was lost or is there
 * twice, or when the collector refused to start.
 *
 *   npm run test:crash -- --kills 300 --seed 1
 */
const { values } = parseArgs({
  options: { kills: { type: 'string', default: '300' }, seed: { type: 'string', default: '1' } },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
/** A short harness looks at fewer simulated disks as well. */
const disk_runs = kills * 40;

const { runs, problems } = await failEveryCall(Math.ceil(kills / 12));
console.log(`every call of the disk fails: ${runs} runs, ${problems.length} wrong`);
for (const problem of problems.slice(0, 20)) console.log(problem);
await failAtRandom({ seed, runs: disk_runs });
console.log(`random failures of the disk: ${disk_runs} runs, 0 wrong`);
await damageAtRandom({ seed, runs: disk_runs });
console.log(`random damage to segments: ${disk_runs} runs, 0 wrong`);

const result = await runKills({ kills, seed, phase_kills: 25, print: console.log });
for (const violation of result.violations) console.log(violation);
const { acknowledged, stored, lost, duplicated, violations } = result;
console.log(
  `${kills} kills with seed ${seed}: acknowledged ${acknowledged}, stored ${stored}, lost ${lost}, duplicated ${duplicated}, other violations ${violations.length + problems.length}`,
);
process.exitCode = lost + duplicated + violations.length + problems.length === 0 ? 0 : 1;
