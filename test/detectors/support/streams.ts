import type { Sketch } from '@sextant/detectors';
import type { SequentialDetector } from '../../../detectors/src/sequential.ts';
import { createRandom, type RandomSource } from '../../../detectors/src/sketches/random.ts';

/** Streams of windows, each with a reference of its own. */
export interface StreamPlan<Fit> {
  readonly fit: Fit;
  readonly reference: (random: RandomSource) => Sketch;
  readonly before: (random: RandomSource) => Sketch;
  readonly after: (random: RandomSource) => Sketch;
  readonly alpha: number;
  readonly tolerance: number;
}

interface Size {
  readonly streams: number;
  readonly windows: number;
}

const windows_before = 20;

/** Alarms that began while nothing changed. */
export function falseAlarms<Fit>(
  detector: SequentialDetector<Fit>,
  plan: StreamPlan<Fit>,
  { streams, windows }: Size,
): { alarms: number; streams_alarmed: number; windows: number } {
  const random = createRandom(11);
  let [alarms, streams_alarmed] = [0, 0];
  for (let stream = 0; stream < streams; stream++) {
    const watch = createWatch(detector, plan, random);
    let [alarmed, onsets] = [false, 0];
    for (let window = 0; window < windows; window++) {
      const drifted = watch(plan.before(random));
      if (drifted && !alarmed) onsets += 1;
      alarmed = drifted;
    }
    alarms += onsets;
    streams_alarmed += Math.min(onsets, 1);
  }
  return { alarms, streams_alarmed, windows: streams * windows };
}

/** Windows from the change to the alarm; Infinity where there was none. */
export function delays<Fit>(
  detector: SequentialDetector<Fit>,
  plan: StreamPlan<Fit>,
  { streams, windows }: Size,
): { median: number; found: number } {
  const random = createRandom(12);
  const found = Array.from({ length: streams }, () => {
    const watch = createWatch(detector, plan, random);
    for (let window = 0; window < windows_before; window++) watch(plan.before(random));
    for (let window = 1; window <= windows; window++) if (watch(plan.after(random))) return window;
    return Number.POSITIVE_INFINITY;
  }).sort((a, b) => a - b);
  return {
    median: found[streams >> 1] as number,
    found: found.filter(Number.isFinite).length,
  };
}

function createWatch<Fit>(
  detector: SequentialDetector<Fit>,
  { fit, reference, alpha, tolerance }: StreamPlan<Fit>,
  random: RandomSource,
): (current: Sketch) => boolean {
  const own = reference(random);
  let state = detector.start();
  return (current) => {
    const step = detector.step({ state, fit, reference: own, current, alpha, tolerance });
    state = step.state;
    return step.verdict.drifted;
  };
}
