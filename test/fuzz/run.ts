import fc from 'fast-check';
import { properties } from './properties.ts';

/**
 * npm run test:fuzz -- [seconds] [seed]
 *
 * Holds the decoders against protobufjs with new requests until the time is over. A counterexample is printed with
 * the seed and path that make it again, and ends the run with status 1.
 */
const runs_at_once = 500;

function run(seconds: number, first_seed: number): boolean {
  const end = performance.now() + seconds * 1000;
  let runs = 0;
  for (let seed = first_seed; performance.now() < end; seed++) {
    for (const [name, property] of Object.entries(properties)) {
      const result = fc.check(property, { seed, numRuns: runs_at_once });
      runs += result.numRuns;
      if (result.failed) {
        console.log(`${name}, seed ${seed}, after ${runs} runs:\n${fc.defaultReportMessage(result)}`);
        return false;
      }
    }
  }
  console.log(`${runs} runs from seed ${first_seed} on, no counterexample`);
  return true;
}

const [seconds = '60', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2);
process.exitCode = run(Number(seconds), Number(seed)) ? 0 : 1;
