import type { Sketch } from '@sextant/detectors';
import { describe, expect, test } from 'vitest';
import { createMixOnline } from '../../../detectors/src/sequential/mix-online.ts';
import { createRateOnline } from '../../../detectors/src/sequential/rate-online.ts';
import { createRandom, type RandomSource } from '../../../detectors/src/sketches/random.ts';
import { sequentialContract } from '../../contracts/sequential.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { delays, falseAlarms, type StreamPlan } from '../support/streams.ts';

/** A fit of as many values as the law has; sums are counts by value, the last for values never seen. */
const fit = { id: 'category' };
const reader = { counts: (_fit: unknown, sketch: Sketch) => sketch.sums, failure: () => 1 };
const rateOnline = createRateOnline(reader);
const mixOnline = createMixOnline(reader);

function draw(law: readonly number[], units: number, random: RandomSource): Sketch {
  const sums = new Float64Array(law.length);
  for (let unit = 0; unit < units; unit++) {
    let left = random() / 2 ** 32;
    const value = law.findIndex((part) => {
      left -= part;
      return left < 0;
    });
    const bin = value < 0 ? law.length - 1 : value;
    sums[bin] = (sums[bin] as number) + 1;
  }
  return { id: fit.id, count: units, sums };
}

const tools = [0.4, 0.03, 0.25, 0.15, 0.1, 0.05, 0.018, 0.002, 0];
const other_tools = [0.2, 0.03, 0.25, 0.15, 0.3, 0.05, 0.018, 0.002, 0];
const failing = [0.38, 0.13, 0.21, 0.15, 0.06, 0.05, 0.018, 0.002, 0];
const unseen = [0.35, 0.03, 0.2, 0.15, 0.1, 0.05, 0.018, 0.002, 0.1];

const plan = (law: readonly number[], changed: readonly number[]): StreamPlan<typeof fit> => ({
  fit,
  reference: (random) => draw(law, 4_000, random),
  before: (random) => draw(law, 40, random),
  after: (random) => draw(changed, 40, random),
  alpha: 1 / 500,
  tolerance: 0,
});

const random = createRandom(1);
const windows = (law: readonly number[], count: number) =>
  Array.from({ length: count }, () => draw(law, 40, random));
const reference = draw(tools, 4_000, random);
const wrong = [0.1, 0.8, 0.02, 0.02, 0.02, 0.02, 0.01, 0.01, 0];
const cases = { fit, reference, same: windows(tools, 40), other: windows(wrong, 12) };
sequentialContract({ name: 'rate-online', detector: rateOnline, ...cases });
sequentialContract({ name: 'mix-online', detector: mixOnline, ...cases });

describe.each([
  ['rate-online', rateOnline],
  ['mix-online', mixOnline],
])('%s', (name, detector) => {
  test('false alarms come no more often than one in a run length, for rare values too', () => {
    for (const law of [tools, [0.98, 0.004, 0.004, 0.004, 0.004, 0.002, 0.002, 0, 0]]) {
      const size = { streams: 40, windows: 500 };
      const { alarms, streams_alarmed, windows: watched } = falseAlarms(detector, plan(law, law), size);
      console.info(
        `${name}: ${alarms} false alarms in ${watched} windows, ${streams_alarmed} of ${size.streams} streams`,
      );
      expect(clopperPearson(alarms, watched).low).toBeLessThan(1 / 500);
      // Only an unlucky reference makes alarms at all often.
      expect(clopperPearson(streams_alarmed, size.streams).low).toBeLessThan(0.05);
    }
  });
});

test('rate-online finds a failure rate that went from 3 % to 13 %', () => {
  const found = delays(rateOnline, plan(tools, failing), { streams: 60, windows: 100 });
  expect(found.median).toBeLessThanOrEqual(8);
  const improved = delays(rateOnline, plan(failing, tools), { streams: 20, windows: 100 });
  expect(improved.found).toBe(0);
});

test('mix-online finds one tool taking the place of another, and a value never seen', () => {
  expect(
    delays(mixOnline, plan(tools, other_tools), { streams: 40, windows: 100 }).median,
  ).toBeLessThanOrEqual(10);
  expect(delays(mixOnline, plan(tools, unseen), { streams: 40, windows: 100 }).median).toBeLessThanOrEqual(
    10,
  );
});

test('a feature without failures is not judged', () => {
  const detector = createRateOnline({ ...reader, failure: () => null });
  const step = detector.step({ state: {}, fit, reference, current: reference, alpha: 0.001, tolerance: 0 });
  expect(step.verdict).toMatchObject({ drifted: false, p: null });
  expect(step.verdict.why).toContain('nothing that this detector judges');
});
