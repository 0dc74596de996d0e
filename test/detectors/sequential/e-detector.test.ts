import { expect, test } from 'vitest';
import { addWindow, type Bet, type EDetectorState } from '../../../detectors/src/sequential/e-detector.ts';
import { bettingLogWealth } from '../../../detectors/src/statistics/betting-log-wealth.ts';

const stakes = [0.2, 0.8];

/** Bets on one throw of a coin that shows 1 with rate `mean` if nothing changed. */
function betsOn(hit: number, mean: number): Bet[] {
  return stakes.map((stake) => ({
    log_e_value: bettingLogWealth({ counts: [1 - hit, hit], scores: [0, 1], mean, stake }),
    shift: { count: 1, sum: hit, sum_of_squares: hit },
    reference_variance: 0,
    says: () => 'came up',
  }));
}

interface Branch {
  readonly state: EDetectorState | null;
  readonly evidence: number;
  readonly probability: number;
}

/** All sequences of throws at once; a branch that alarmed stays as it is. */
function play(throws: number, rate: number, mean: number, run_length: number) {
  let branches: Branch[] = [{ state: null, evidence: 0, probability: 1 }];
  let expected_windows = 0;
  for (let window = 0; window < throws; window++) {
    branches = branches.flatMap((branch) => {
      if (branch.state?.alarmed) return [branch];
      expected_windows += branch.probability;
      return [0, 1].map((hit) => {
        const { state, evidence } = addWindow(branch.state, betsOn(hit, mean), run_length);
        return { state, evidence, probability: branch.probability * (hit ? rate : 1 - rate) };
      });
    });
  }
  const expected_evidence = branches.reduce((sum, branch) => sum + branch.probability * branch.evidence, 0);
  return { expected_windows, expected_evidence, branches };
}

test('evidence grows by 1 a window on average while nothing changed, exactly', () => {
  const { expected_evidence } = play(10, 0.25, 0.25, 1e9);
  expect(expected_evidence).toBeCloseTo(10, 9);
});

test('evidence at the first alarm is at most the windows until then, on average: the run length holds', () => {
  for (const rate of [0.25, 0.2]) {
    const { expected_evidence, expected_windows, branches } = play(12, rate, 0.25, 6);
    expect(branches.some(({ state }) => state?.alarmed)).toBe(true);
    // Held at the ceiling, evidence is a little less than the theory's.
    expect(expected_evidence).toBeLessThanOrEqual(expected_windows + 1e-9);
  }
});

test('dates the change where the leading bet began to win', () => {
  let state: EDetectorState | null = null;
  const throws = [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1];
  for (const [index, hit] of throws.entries()) {
    const detection = addWindow(state, betsOn(hit, 0.25), 100);
    state = detection.state;
    if (index < 12) expect(state.alarmed).toBe(false);
    if (index === 15) {
      expect(state.alarmed).toBe(true);
      expect(detection.windows_since_change).toBe(6);
      expect(detection.effect.estimate).toBe(1);
    }
  }
});

test('starts anew after an alarm, and with another number of bets', () => {
  let state: EDetectorState | null = null;
  for (const hit of [1, 1, 1, 1, 1, 1, 1]) state = addWindow(state, betsOn(hit, 0.25), 50).state;
  expect(state?.alarmed).toBe(true);
  while (state?.alarmed) state = addWindow(state, betsOn(0, 0.25), 50).state;
  expect(state?.trails.every(({ evidence, windows }) => evidence === 0 && windows === 0)).toBe(true);

  const alarmed = addWindow(null, betsOn(1, 0.001), 50).state;
  expect(alarmed.alarmed).toBe(true);
  expect(addWindow(alarmed, betsOn(0, 0.25).slice(1), 50).state.alarmed).toBe(false);
});
