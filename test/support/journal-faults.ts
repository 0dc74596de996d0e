import fc from 'fast-check';
import { JournalModel, type Step } from './journal-model.ts';
import { seededRandom } from './seeded-random.ts';
import { type Call, type Fault, SimulatedDisk } from './simulated-disk.ts';

/** Runs of the journal on a disk that fails, for the tests and, more of them, for the crash harness. */

/** Everything a journal does: groups, new segments, reading, removal, orderly and other ends. */
const workload: readonly Step[] = [
  ...append(3, 200),
  { step: 'store' },
  ...append(5, 900),
  { step: 'store' },
  { step: 'rotate' },
  ...appendMeanwhile(4, 700),
  ...appendMeanwhile(2, 500),
  ...appendMeanwhile(3, 1_400),
  ...append(2, 2_000),
  { step: 'restart' },
  ...append(2, 300),
  { step: 'store' },
  { step: 'store' },
  { step: 'forget' },
  ...appendMeanwhile(3, 1_200),
  ...appendMeanwhile(1, 100),
  { step: 'kill' },
  ...append(6, 600),
  { step: 'store' },
  { step: 'store' },
  { step: 'cut_power' },
  ...append(2, 100),
  { step: 'store' },
  ...append(2, 100),
];

function append(count: number, bytes: number): readonly Step[] {
  return [{ step: 'append', count, bytes, wait: 'settled' }];
}

/** While the last records are still being written or synced. */
function appendMeanwhile(count: number, bytes: number): readonly Step[] {
  return [{ step: 'append', count, bytes, wait: 3 }];
}

const faults: readonly Fault[] = [
  { code: 'EIO' },
  { code: 'EIO', is_done: true },
  { code: 'ENOSPC' },
  { crash: 'before' },
  { crash: 'after' },
];

/**
 * Lets every single call of the workload fail in every way, with `seeds` different remains of what was not
 * synced. Returns what went wrong, and how many runs there were.
 */
export async function failEveryCall(seeds: number): Promise<{ runs: number; problems: string[] }> {
  const { calls } = await runWorkload(0, () => null);
  const problems: string[] = [];
  let runs = 0;
  for (let seed = 0; seed < seeds; seed++) {
    for (let index = 0; index < calls; index++) {
      for (const fault of faults) {
        const result = await runWorkload(seed, (call) => (call.index === index ? fault : null));
        runs += 1;
        const where = `seed ${seed}, call ${index} (${result.failed?.name}), ${JSON.stringify(fault)}`;
        problems.push(...result.violations.map((violation) => `${where}: ${violation}`));
      }
    }
  }
  return { runs, problems };
}

/**
 * Random steps on a disk that fails at random calls, some of them many times in a row.
 * @throws an error with the smallest run that goes wrong
 */
export async function failAtRandom({ seed, runs }: { seed: number; runs: number }): Promise<void> {
  const steps = fc.array(arbitraryStep, { minLength: 3, maxLength: 25 });
  const failures = fc.array(
    fc.record({
      from: fc.nat(250),
      calls: fc.constantFrom(1, 1, 1, 5, 40),
      fault: fc.constantFrom(...faults),
    }),
    { maxLength: 4 },
  );
  const keeping = fc.constantFrom(0, 4_000, 12_000);
  await fc.assert(
    fc.asyncProperty(steps, failures, keeping, fc.nat(), async (chosen, failing, keep_bytes, disk_seed) => {
      const disk = new SimulatedDisk(seededRandom(disk_seed));
      disk.plan = ({ index }) =>
        failing.find(({ from, calls }) => index >= from && index < from + calls)?.fault ?? null;
      const model = new JournalModel({ disk, keep_bytes });
      await model.run({ step: 'kill' });
      for (const step of chosen) await model.run(step);
      const violations = await model.check();
      if (violations.length > 0) throw new Error(violations.join('\n'));
    }),
    { seed, numRuns: runs },
  );
}

const arbitraryStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      step: fc.constant('append' as const),
      count: fc.integer({ min: 1, max: 8 }),
      bytes: fc.integer({ min: 4, max: 2_500 }),
      wait: fc.constantFrom<'settled' | number>('settled', 0, 1, 2, 3, 5),
    }),
  },
  { weight: 3, arbitrary: fc.constant<Step>({ step: 'store' }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Step>(
      { step: 'rotate' },
      { step: 'forget' },
      { step: 'restart' },
      { step: 'kill' },
      { step: 'cut_power' },
    ),
  },
);

interface WorkloadResult {
  readonly calls: number;
  /** The call that was let fail. */
  readonly failed: Call | null;
  readonly violations: readonly string[];
}

async function runWorkload(seed: number, plan: (call: Call) => Fault | null): Promise<WorkloadResult> {
  const disk = new SimulatedDisk(seededRandom(seed));
  let failed: Call | null = null;
  disk.plan = (call) => {
    const fault = plan(call);
    if (fault) failed = call;
    return fault;
  };
  const model = new JournalModel({ disk, keep_bytes: 4_000 });
  await model.run({ step: 'kill' });
  for (const step of workload) await model.run(step);
  const { calls } = disk;
  return { calls, failed, violations: await model.check() };
}
