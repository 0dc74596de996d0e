import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  advance,
  initial_state,
  type Policy,
  type Transition,
  type Window,
} from '../../../collector/src/alerts/state.ts';

type Evidence = Window['evidence'];

const MINUTE_US = 60_000_000;
const evidences = fc.array(fc.constantFrom<Evidence>('breached', 'fine', 'none'), { maxLength: 60 });
const policies = fc.record({
  for_windows: fc.integer({ min: 1, max: 4 }),
  keep_windows: fc.integer({ min: 1, max: 4 }),
  for_us: fc.constant(0),
  keep_us: fc.constant(0),
  shows_no_data: fc.constant(false),
});
const untimed = { for_us: 0, keep_us: 0, shows_no_data: false };
const once: Policy = { for_windows: 1, keep_windows: 1, ...untimed };

function windowsOf(list: readonly Evidence[]): Window[] {
  return list.map((evidence, index) => ({
    evidence,
    window_start_us: index * MINUTE_US,
    window_end_us: (index + 1) * MINUTE_US,
  }));
}

/** What happens on each window. */
function run(windows: readonly Window[], policy: Policy): (Transition | null)[] {
  let state = initial_state;
  return windows.map((window) => {
    const step = advance(state, window, policy);
    state = step.state;
    return step.transition;
  });
}

test('by default the first breached window fires and the first fine one resolves', () => {
  const transitions = run(windowsOf(['fine', 'breached', 'breached', 'fine', 'fine', 'breached']), once);
  expect(transitions).toEqual([
    null,
    { to: 'firing', since_us: MINUTE_US, fired_us: 2 * MINUTE_US },
    null,
    { to: 'resolved', since_us: MINUTE_US, fired_us: 2 * MINUTE_US },
    null,
    { to: 'firing', since_us: 5 * MINUTE_US, fired_us: 6 * MINUTE_US },
  ]);
});

test('since is the first window of the run that fired, however long it took', () => {
  const evidence: Evidence[] = ['breached', 'fine', 'breached', 'none', 'breached', 'breached'];
  const [, , , , , fired] = run(windowsOf(evidence), { ...once, for_windows: 3 });
  expect(fired).toEqual({ to: 'firing', since_us: 2 * MINUTE_US, fired_us: 6 * MINUTE_US });
});

test('fires and resolves exactly where the runs in the list of evidence say so', () => {
  fc.assert(
    fc.property(evidences, policies, (evidence, policy) => {
      const transitions = run(windowsOf(evidence), policy).map((transition) => transition?.to ?? null);
      expect(transitions).toEqual(expected(evidence, policy));
    }),
    { seed: 1, numRuns: 500 },
  );
});

/** The same rule said another way: look back over what is not "none" since the last change. */
function expected(evidence: readonly Evidence[], policy: Policy): ('firing' | 'resolved' | null)[] {
  let firing = false;
  let since_change: Evidence[] = [];
  return evidence.map((item) => {
    if (item === 'none') return null;
    since_change.push(item);
    const needed = firing ? policy.keep_windows : policy.for_windows;
    const latest = since_change.slice(-needed);
    if (latest.length < needed || latest.some((one) => one !== (firing ? 'fine' : 'breached'))) return null;
    firing = !firing;
    since_change = [];
    return firing ? 'firing' : 'resolved';
  });
}

test('firing and resolved alternate, and both name the same beginning', () => {
  fc.assert(
    fc.property(evidences, policies, (evidence, policy) => {
      const transitions = run(windowsOf(evidence), policy).filter((transition) => transition !== null);
      for (const [index, transition] of transitions.entries()) {
        expect(transition.to).toBe(index % 2 === 0 ? 'firing' : 'resolved');
        const before = transitions[index - 1];
        if (transition.to === 'resolved') expect(transition).toEqual({ ...before, to: 'resolved' });
        else expect(transition.fired_us).toBeGreaterThan(before?.fired_us ?? 0);
      }
    }),
    { seed: 2, numRuns: 300 },
  );
});

test('windows handed again, at any time later, change nothing', () => {
  fc.assert(
    fc.property(evidences, policies, fc.infiniteStream(fc.nat()), (evidence, policy, numbers) => {
      const windows = windowsOf(evidence);
      const repeated = windows.flatMap((window, index) => {
        const earlier = windows[Number(numbers.next().value) % (index + 1)];
        return earlier === undefined
          ? [window]
          : [window, window, { ...earlier, evidence: 'breached' as const }];
      });
      const changes = (list: Window[]) => run(list, policy).filter((transition) => transition !== null);
      expect(changes(repeated)).toEqual(changes(windows));
    }),
    { seed: 3, numRuns: 300 },
  );
});

test('is pure: a frozen state can be advanced', () => {
  const state = Object.freeze({ ...initial_state });
  const window = Object.freeze({ evidence: 'breached' as const, window_start_us: 0, window_end_us: 1 });
  expect(advance(state, window, once)).toEqual(advance(state, window, once));
  expect(state).toEqual(initial_state);
});

test('for and keep are lengths of time as well as numbers of windows, and both must be reached', () => {
  const policy = { ...once, for_us: 2 * MINUTE_US, keep_us: MINUTE_US };
  const evidence: Evidence[] = ['breached', 'breached', 'breached', 'fine', 'breached', 'fine', 'fine'];
  expect(run(windowsOf(evidence), policy).map((transition) => transition?.to ?? null)).toEqual([
    ...[null, null, 'firing', null, null, null, 'resolved'],
  ]);
});

test('phases: pending before firing; no data and errors are shown, and end nothing that fires', () => {
  const policy = { ...once, for_windows: 2, shows_no_data: true };
  const evidence: Evidence[] = [
    'none',
    'error',
    'breached',
    'error',
    'breached',
    'none',
    'error',
    'fine',
    'none',
  ];
  let state = initial_state;
  const phases = windowsOf(evidence).map((window) => {
    state = advance(state, window, policy).state;
    return state.phase;
  });
  expect(phases).toEqual([
    ...['no_data', 'error', 'pending', 'error', 'firing', 'firing', 'firing', 'ok', 'no_data'],
  ]);
});

test('whatever comes, it fires from what is not firing and resolves from what is, and never on silence', () => {
  const any = fc.array(fc.constantFrom<Evidence>('breached', 'fine', 'none', 'error'), { maxLength: 60 });
  const timed = fc.record({
    ...{ for_windows: fc.integer({ min: 1, max: 3 }), keep_windows: fc.integer({ min: 1, max: 3 }) },
    for_us: fc.integer({ min: 0, max: 3 * MINUTE_US }),
    keep_us: fc.integer({ min: 0, max: 3 * MINUTE_US }),
    shows_no_data: fc.boolean(),
  });
  fc.assert(
    fc.property(any, timed, (evidence, policy) => {
      let state = initial_state;
      for (const window of windowsOf(evidence)) {
        // A restart: the state comes back from JSON.
        const step = advance(JSON.parse(JSON.stringify(state)), window, policy);
        if (step.transition?.to === 'firing')
          expect([state.phase === 'firing', window.evidence]).toEqual([false, 'breached']);
        if (step.transition?.to === 'resolved')
          expect([state.phase, window.evidence]).toEqual(['firing', 'fine']);
        if (step.transition === null) expect(step.state.phase === 'firing').toBe(state.phase === 'firing');
        expect(step.state.fired_us === null).toBe(step.state.phase !== 'firing');
        state = step.state;
      }
    }),
    { seed: 4, numRuns: 500 },
  );
});
