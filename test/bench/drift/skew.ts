import type { AnyFit, FeatureKind } from '@sextant/detectors';
import { categoryKind } from '../../../detectors/src/kinds/category.ts';
import { numberKind } from '../../../detectors/src/kinds/number.ts';
import { textKind } from '../../../detectors/src/kinds/text.ts';
import { loadRequestTraces } from '../../detectors/support/request-traces.ts';
import {
  categories,
  numbers,
  skewVerdicts,
  texts,
  type Uniform,
} from '../../detectors/support/skew-windows.ts';
import { has_shared_data } from '../../support/shared-data.ts';
import { type Rate, rateLine } from './rate.ts';

const levels = [
  { alpha: 0.05, target: '<= 0.06' },
  { alpha: 0.01, target: '<= 0.013' },
  { alpha: 0.001, target: '<= 0.002' },
];
const sizes = [
  { n_reference: 500, n_current: 50 },
  { n_reference: 1_000, n_current: 200 },
];

/** Verdicts that are timed; as many before them are not, until they run as they will. */
const timed = 24;

/** False alarms, power and speed of the detectors of categories, numbers and texts. */
export function* skew(windows: number): Generator<string> {
  for (const [name, unit] of Object.entries(numbers))
    yield* nullRates(`numbers, ${name}`, numberKind, unit, windows);
  for (const [name, unit] of Object.entries(has_shared_data ? loadRequestTraces() : {}))
    yield* nullRates(`numbers, ${name}`, numberKind, unit, windows);
  for (const [name, unit] of Object.entries(categories))
    yield* nullRates(`categories, ${name}`, categoryKind, unit, windows);
  for (const [name, unit] of Object.entries(texts))
    yield* nullRates(`texts, ${name}`, textKind, unit, Math.ceil(windows / 2));
  yield* power(Math.ceil(windows / 5));
  yield* speed();
}

function* nullRates<Value, Fit extends AnyFit>(
  name: string,
  kind: FeatureKind<Value, Fit>,
  unit: (uniform: Uniform) => readonly Value[],
  windows: number,
): Generator<string> {
  for (const size of sizes) {
    const verdicts = skewVerdicts({ kind, unit, ...size, windows, seed: size.n_current });
    for (const { alpha, target } of levels) {
      const hits = verdicts.filter(({ p }) => (p as number) < alpha).length;
      yield rateLine(`false alarms, ${name}, n=${size.n_current}, α=${alpha}`, { hits, windows }, target);
    }
  }
}

function* power(windows: number): Generator<string> {
  const plan = { n_reference: 2_000, n_current: 500, windows, seed: 4 };
  const { heavy, mixed, zeros } = numbers;
  const { dense, sparse } = categories;
  const [high, unseen] = [
    (uniform: Uniform) => [1.25 * (heavy(uniform)[0] as number)],
    (uniform: Uniform) => (uniform() < 0.02 ? ['new'] : sparse(uniform)),
  ];
  const centred = (uniform: Uniform) => [Math.log(uniform() / uniform())];
  const wider = (uniform: Uniform) => [(4 / 3) * (centred(uniform)[0] as number)];
  const cases = {
    'numbers 1.25 times as high': skewVerdicts({ kind: numberKind, unit: heavy, shifted: high, ...plan }),
    'numbers a third wider': skewVerdicts({ kind: numberKind, unit: centred, shifted: wider, ...plan }),
    'a tenth of the zeros gone': skewVerdicts({
      ...{ kind: numberKind, unit: zeros, ...plan },
      shifted: (uniform) => (uniform() < 0.1 ? [-Math.log(uniform())] : zeros(uniform)),
    }),
    'numbers of conversations, a tenth of the range higher': skewVerdicts({
      ...{ kind: numberKind, unit: mixed, ...plan },
      shifted: (uniform) => mixed(uniform).map((value) => value + 0.1),
    }),
    '2 % of values never seen': skewVerdicts({ kind: categoryKind, unit: sparse, shifted: unseen, ...plan }),
    'a tenth of the values turned to one of five': skewVerdicts({
      ...{ kind: categoryKind, unit: dense, ...plan },
      shifted: (uniform) => (uniform() < 0.1 ? ['0'] : dense(uniform)),
    }),
    'a tenth of the texts in German': skewVerdicts({
      ...{ kind: textKind, unit: texts.sentence, ...plan },
      shifted: (uniform) =>
        uniform() < 0.1 ? ['Wie kann ich das Konto und die Karte sehen?'] : texts.sentence(uniform),
    }),
  };
  for (const [name, verdicts] of Object.entries(cases)) {
    const rate = (hits: typeof verdicts): Rate => ({ hits: hits.length, windows });
    yield rateLine(
      `power, ${name}, n=500, α=.01`,
      rate(verdicts.filter(({ p }) => (p as number) < 0.01)),
      'none',
    );
    yield rateLine(`power, ${name}, beyond tolerance .02`, rate(verdicts.filter((v) => v.drifted)), 'none');
  }
}

function* speed(): Generator<string> {
  const kinds = [
    ['numbers, 256 bins', numberKind, numbers.heavy],
    ['numbers of conversations', numberKind, numbers.mixed],
    ['categories, sparse', categoryKind, categories.sparse],
    ['texts', textKind, texts.sentence],
  ] as const;
  for (const [name, kind, unit] of kinds) {
    for (const n_current of [500, 5_000]) {
      const plan = {
        kind: kind as FeatureKind<unknown, AnyFit>,
        unit,
        n_reference: 5_000,
        n_current,
        seed: 6,
      };
      const times = skewVerdicts({ ...plan, windows: 2 * timed, clock: cpu_ms })
        .slice(timed)
        .map(({ duration_ms }) => duration_ms as number);
      const median = times.sort((a, b) => a - b)[timed >> 1] as number;
      yield `a verdict on ${name}, n=${n_current} against 5,000: ${median.toFixed(1)} ms of CPU (median of ${timed} after as many; target <= 2)`;
    }
  }
}

/** Not the time on the wall: others use the machine too. */
function cpu_ms(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
