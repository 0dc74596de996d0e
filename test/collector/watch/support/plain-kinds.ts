import {
  type AnyFit,
  DetectorError,
  type DetectRequest,
  type FeatureKind,
  featureKind,
  type KindName,
  type SequentialDetector,
  type Verdict,
} from '@sextant/detectors';
import type { AnyKind } from '../../../../collector/src/watch/kinds.ts';

/**
 * The plainest kinds there can be, for tests of the watch alone: shares of the values seen in the fit. Vectors are
 * of the kind they always are.
 */
export function plainKindOf(feature: string): AnyKind | null {
  const [beginning, rest] = feature.split('.', 2);
  const names: Record<string, KindName> = { category: 'category', number: 'number', text: 'text' };
  if (beginning === 'embedding') return featureKind(feature) as unknown as AnyKind;
  if (beginning === 'behaviour')
    return plainKind(rest === 'steps' || rest === 'tool_calls' ? 'number' : 'category');
  const name = names[beginning ?? ''];
  return name === undefined ? null : plainKind(name);
}

interface PlainFit extends AnyFit {
  readonly values: readonly string[];
}

const fixed_point = 2 ** 20;

function plainKind(name: KindName): AnyKind {
  const kind: FeatureKind<unknown, PlainFit> = {
    name,
    fit_units_min: 10,
    sumsLength: ({ values }) => values.length + 1,
    createFit({ source, units }) {
      const values = [...new Set(units.flat().map(String))].sort();
      if (values.includes('unfit')) throw new DetectorError('bad_vector', 'There is no fit for this.');
      return { id: `plain:${source}:${values.join()}`, values };
    },
    serialiseFit: (fit) => JSON.stringify(fit),
    parseFit: (text) => JSON.parse(text) as PlainFit,
    createMeasure: (fit) => (unit) => {
      const sums = new Float64Array(fit.values.length + 1);
      for (const value of unit) {
        const place = fit.values.indexOf(String(value));
        sums[place < 0 ? fit.values.length : place]! += fixed_point / unit.length;
      }
      return sums.map(Math.round);
    },
    detectors: [{ name: 'plain', detect: (request) => verdict('plain', request) }],
    sequential: [online],
  };
  return kind as unknown as AnyKind;
}

/** Alarms at the second window in a row that is unlike the reference. */
const online: SequentialDetector<PlainFit> = {
  name: 'plain_online',
  start: () => ({ unlike: 0 }),
  step(request) {
    const found = verdict('plain_online', { ...request, alpha: 0.05 });
    const unlike = found.drifted ? Number(request.state['unlike']) + 1 : 0;
    return {
      state: { unlike },
      verdict: { ...found, drifted: unlike > 1 },
      windows_since_change: unlike > 0 ? unlike : null,
    };
  },
};

/** Half the sum of the differences of shares, with Hoeffding's bound as p. */
function verdict(
  detector: string,
  { reference, current, alpha, tolerance }: DetectRequest<PlainFit>,
): Verdict {
  const distance = current.sums.reduce((sum, value, i) => {
    return sum + Math.abs(value / current.count - reference.sums[i]! / reference.count) / fixed_point / 2;
  }, 0);
  const p = Math.min(1, 2 * Math.exp(-2 * current.count * distance ** 2));
  const drifted = p <= alpha && distance > tolerance;
  const effects = { effect: distance, effect_low: distance, effect_high: distance };
  const counts = { n_reference: reference.count, n_current: current.count };
  return {
    detector,
    ...counts,
    statistic: distance,
    p,
    ...effects,
    drifted,
    why: `Shares differ by ${distance}.`,
  };
}
