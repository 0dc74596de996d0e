import { describe, expect, test } from 'vitest';
import { numberKind } from '../../../detectors/src/kinds/number.ts';
import { has_shared_data } from '../../support/shared-data.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { loadRequestTraces } from '../support/request-traces.ts';
import { numbers, skewVerdicts, type Uniform } from '../support/skew-windows.ts';

const kind = numberKind;

function foundAt(alpha: number, verdicts: ReturnType<typeof skewVerdicts>): number {
  return verdicts.filter(({ p }) => (p as number) < alpha).length;
}

describe.skipIf(!has_shared_data)('on token counts of real requests', { timeout: 180_000 }, () => {
  test('false alarms come at the level asked for', () => {
    const rates = { windows: 0, '0.05': 0, '0.01': 0 };
    for (const unit of Object.values(loadRequestTraces())) {
      const verdicts = skewVerdicts({ kind, unit, n_reference: 300, n_current: 60, windows: 120, seed: 8 });
      rates.windows += verdicts.length;
      rates['0.05'] += foundAt(0.05, verdicts);
      rates['0.01'] += foundAt(0.01, verdicts);
    }
    console.info(`null, tokens of requests: ${JSON.stringify(rates)}`);
    for (const alpha of [0.05, 0.01] as const) {
      const { low, high } = clopperPearson(rates[`${alpha}`], rates.windows);
      expect(low).toBeLessThan(1.2 * alpha);
      expect(high).toBeGreaterThan(0.7 * alpha);
    }
  });

  test('a tenth of the chat requests from the other service is found', () => {
    const traces = loadRequestTraces();
    const unit = traces['tokens of answers, chat'];
    const shifted = (uniform: Uniform) =>
      uniform() < 0.1 ? traces['tokens of answers, code'](uniform) : unit(uniform);
    const plan = { n_reference: 1_500, n_current: 500, windows: 30, seed: 9 };
    expect(foundAt(0.01, skewVerdicts({ kind, unit, shifted, ...plan }))).toBeGreaterThan(24);
  });
});

/** What moves the tails and not the middle: the distance of the means of ranks, and the plain one, hardly see it. */
test('wider tails are found', () => {
  const unit = (uniform: Uniform) => [Math.log(numbers.heavy(uniform)[0] as number)];
  const centred = (uniform: Uniform) => {
    const sign = uniform() < 0.5 ? -1 : 1;
    return [sign * (unit(uniform)[0] as number)];
  };
  const shifted = (uniform: Uniform) => [1.4 * (centred(uniform)[0] as number)];
  const plan = { n_reference: 1_500, n_current: 500, windows: 30, seed: 10 };
  expect(foundAt(0.01, skewVerdicts({ kind, unit: centred, shifted, ...plan }))).toBeGreaterThan(20);
});
