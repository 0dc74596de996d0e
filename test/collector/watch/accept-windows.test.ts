import { DatabaseSync } from 'node:sqlite';
import type { Verdict } from '@sextant/detectors';
import { describe, expect, test } from 'vitest';
import { acceptWindows } from '../../../collector/src/watch/accept-windows.ts';
import { createTables } from '../../../collector/src/watch/control.ts';
import { evidenceOf } from '../../../collector/src/watch/evidence.ts';
import type { Finding } from '../../../collector/src/watch/finding.ts';
import type { JudgedWindow } from '../../../collector/src/watch/judge-window.ts';
import { createLatestWindows } from '../../../collector/src/watch/latest-windows.ts';
import { createSequentialStates } from '../../../collector/src/watch/sequential-states.ts';
import { standingOut } from '../../../collector/src/watch/standing-out.ts';
import { createStreams, type Stream } from '../../../collector/src/watch/streams.ts';
import { createVerdicts } from '../../../collector/src/watch/verdicts.ts';
import { acceptKeys } from '../../../detectors/src/multiplicity/accept.ts';
import { harmonic } from '../../../detectors/src/multiplicity/benjamini-yekutieli.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { normalTail } from '../../../detectors/src/statistics/normal-tail.ts';
import { clopperPearson } from '../../detectors/support/clopper-pearson.ts';
import { gaussian } from '../../detectors/support/gaussian.ts';

const n_detectors = 2;

function verdictOf(p: number | null, alpha: number): Verdict {
  const counts = { n_reference: 5_000, n_current: 500, statistic: 1 };
  const effect = { effect: 0.1, effect_low: 0.05, effect_high: 0.2 };
  const drifted = p !== null && p < alpha / n_detectors;
  return { detector: 'skew', ...counts, ...effect, p, drifted, why: drifted ? 'It moved.' : 'It did not.' };
}

/** p of the whole, then of each slice; those that drift by themselves have examples. */
function judgedWindow(
  { stream, from_us, to_us }: { stream: Stream; from_us: number; to_us: number },
  [whole = null, ...slices]: readonly (number | null)[],
  alpha: number,
): JudgedWindow {
  const finding = (slice_key: string, slice_value: string, p: number | null): Finding => {
    const verdict = verdictOf(p, alpha);
    const behind = verdict.drifted ? { examples: ['trace'], details: { segments: [] } } : null;
    return { slice: { slice_key, slice_value }, verdict, details: {}, behind, online: null };
  };
  const of_slices = slices.map((p, place) => finding('model', `model ${place}`, p));
  const standing_out = standingOut(of_slices, alpha / n_detectors);
  const findings = [
    finding('all', 'all', whole),
    ...of_slices.map((one) => {
      return standing_out.has(one)
        ? one
        : { ...one, verdict: { ...one.verdict, drifted: false }, behind: null };
    }),
  ];
  const window = { from_us, to_us };
  return { stream, window, n_detectors, findings, evidence: evidenceOf(findings, n_detectors), states: [] };
}

/** Streams whose windows are decided about as the watch does, and closed; what was said about each window. */
function setUp(alpha: number) {
  const database = new DatabaseSync(':memory:');
  createTables(database);
  const streams = createStreams(database);
  const readLatest = createLatestWindows(database);
  const states = createSequentialStates(database);
  const store = { insert: async () => undefined };
  const verdicts = createVerdicts({ database, store, onVerdict: () => undefined });
  return {
    stream: (feature: string, tenant = 'default') =>
      streams.open({ tenant, feature, encoder: 'category', dimension: 0 }) as Stream,
    close(windows: readonly { stream: Stream; from_us: number; to_us: number; p: readonly number[] }[]) {
      const judged = windows.map((window) => judgedWindow(window, window.p, alpha));
      const latest = readLatest(windows[0]?.stream.tenant ?? '');
      const accepted = acceptWindows(judged, { latest, states, options: { alpha, tolerance: 0.02 } });
      verdicts.close(accepted);
      return accepted.map(({ verdicts: found }) =>
        found.map(({ verdict, context }) => ({ ...verdict, slice: context.slice_value }) as Said),
      );
    },
  };
}

type Said = Verdict & { slice: string; level: number; n_features: number; segments?: unknown };
type Under = ReturnType<typeof setUp>;

/** Rounds in which windows of all streams end together; how many had an alert, and how many there would be alone. */
function roundsOf(under: Under, rounds: number, draw: () => readonly number[], alpha: number) {
  const streams = draw().map((_, place) => under.stream(`feature ${place}`));
  let [ringing, alone] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    const drawn = draw();
    const windows = streams.map((stream, place) => {
      return { stream, from_us: round, to_us: round + 1, p: [drawn[place] as number] };
    });
    if (under.close(windows).some(([verdict]) => verdict?.drifted)) ringing += 1;
    if (drawn.some((p) => p < alpha / n_detectors)) alone += 1;
  }
  return { ringing, alone };
}

describe('one stream', () => {
  test('rings as if there were no decision', () => {
    const alpha = 0.01;
    const under = setUp(alpha);
    const stream = under.stream('only');
    const random = createRandom(3);
    for (let round = 0; round < 200; round++) {
      const p = Array.from({ length: 4 }, () => (random() / 2 ** 32) ** 4);
      const [found = []] = under.close([{ stream, from_us: round, to_us: round + 1, p }]);
      const tested = p
        .slice(1)
        .map((value, place) => ({ key: `model ${place}`, family: 'slices', p: value }));
      const standing_out = acceptKeys(tested, alpha / n_detectors);
      const drifted = found.filter((verdict) => verdict.drifted).map(({ slice }) => slice);
      expect(drifted.filter((slice) => slice === 'all')).toHaveLength(
        (p[0] as number) < alpha / n_detectors ? 1 : 0,
      );
      expect(drifted.filter((slice) => slice !== 'all').sort()).toEqual(standing_out);
      const whole = found.find(({ slice }) => slice === 'all');
      expect(whole).toMatchObject({
        ...verdictOf(p[0] as number, alpha),
        level: alpha / n_detectors,
        n_features: 1,
      });
    }
  });
});

describe('of many streams of which none changed', { timeout: 120_000 }, () => {
  const [alpha, rounds] = [0.05, 600];

  test.each([
    ['that have nothing in common', 0],
    ['that have much in common', 0.8],
    ['that are copies', 1],
  ])('%s a round rings less often than one stream would', (_, common) => {
    const random = createRandom(11);
    const draw = () => {
      const shared = gaussian(random) * Math.sqrt(common);
      return Array.from({ length: 20 }, () => {
        return 2 * normalTail(Math.abs(shared + gaussian(random) * Math.sqrt(1 - common)));
      });
    };
    const { ringing, alone } = roundsOf(setUp(alpha), rounds, draw, alpha);
    expect(clopperPearson(ringing, rounds).high).toBeLessThan(alpha);
    expect(ringing).toBeGreaterThan(0);
    if (common < 1) expect(clopperPearson(alone, rounds).low).toBeGreaterThan(alpha);
  });

  test('a turn of all of them rings no more often where their windows end one after the other', () => {
    const under = setUp(alpha);
    const random = createRandom(12);
    const streams = Array.from({ length: 20 }, (_, place) => under.stream(`feature ${place}`));
    let ringing = 0;
    for (let turn = 0; turn < rounds; turn++) {
      const found = streams.map((stream, place) => {
        const to_us = 20 * turn + place;
        const [[verdict] = []] = under.close([
          { stream, from_us: to_us - 20, to_us, p: [random() / 2 ** 32] },
        ]);
        return verdict?.drifted;
      });
      if (found.includes(true)) ringing += 1;
    }
    expect(clopperPearson(ringing, rounds).high).toBeLessThan(alpha);
  });
});

describe('a drift among many streams', { timeout: 120_000 }, () => {
  const alpha = 0.001;
  const still = (under: Under, count: number) =>
    Array.from({ length: count }, (_, place) => under.stream(`still ${place}`));
  const at = (round: number) => ({ from_us: round, to_us: round + 1 });

  test('rings among fifty that stand still, and they do not', () => {
    const random = createRandom(21);
    const under = setUp(alpha);
    const others = still(under, 50);
    const moved = under.stream('moved');
    const rounds = 100;
    let false_alerts = 0;
    for (let round = 0; round < rounds; round++) {
      const [[first] = [], ...rest] = under.close(
        [moved, ...others].map((stream) => {
          return { stream, ...at(2 * round), p: [stream === moved ? 1e-6 : random() / 2 ** 32] };
        }),
      );
      expect(first).toMatchObject({ drifted: true, p: 1e-6, n_features: 51 });
      if (rest.flat().some(({ drifted }) => drifted)) false_alerts += 1;
      // Back to what it was, so that every round is a new one.
      under.close([moved, ...others].map((stream) => ({ stream, ...at(2 * round + 1), p: [0.5] })));
    }
    expect(clopperPearson(false_alerts, rounds).low).toBeLessThan(alpha);
  });

  test('is found the more easily the more of them drift', () => {
    const levels = [1, 5, 20].map((drifting) => {
      const under = setUp(alpha);
      const windows = still(under, 20).map((stream, place) => {
        return { stream, ...at(0), p: [place < drifting ? 1e-7 : 0.5] };
      });
      return under.close(windows)[0]?.[0]?.level ?? 0;
    });
    expect(levels[1]).toBeCloseTo(5 * (levels[0] as number), 12);
    expect(levels[2]).toBeCloseTo(20 * (levels[0] as number), 12);
  });

  test('that passes alone only is withdrawn with the reason, and keeps its p', () => {
    const under = setUp(alpha);
    const found = under.close(
      still(under, 20)
        .map((stream) => ({ stream, ...at(0), p: [2e-4] }))
        .slice(0, 1),
    );
    expect(found[0]?.[0]).toMatchObject({ drifted: true, p: 2e-4 });
    const again = setUp(alpha);
    const [[verdict] = []] = again.close(
      still(again, 20).map((stream, place) => ({ stream, ...at(0), p: [place === 0 ? 2e-4 : 0.5] })),
    );
    expect(verdict).toMatchObject({ drifted: false, p: 2e-4, n_features: 20 });
    expect(verdict?.level).toBeCloseTo(alpha / 2 / 20 / harmonic(20), 12);
    expect(verdict?.why).toBe(
      'One of 20 features differs as much by chance (p = 0.00020; below 0.0000069 counts). It moved.',
    );
    expect(verdict).not.toHaveProperty('segments');
  });

  test('goes on until it would not ring alone, and begins anew only as any other does', () => {
    const under = setUp(alpha);
    const [first, ...others] = still(under, 20) as [Stream, ...Stream[]];
    const said = [1e-7, 2e-4, 2e-4, 0.01, 2e-4].map((p, round) => {
      const windows = others.map((stream) => ({ stream, ...at(round), p: [0.5] }));
      const [[verdict] = []] = under.close([{ stream: first, ...at(round), p: [p] }, ...windows]);
      return verdict?.drifted;
    });
    expect(said).toEqual([true, true, true, false, false]);
  });

  test('in a slice is found though no whole drifted, and stands out among the slices of all', () => {
    const under = setUp(alpha);
    const streams = still(under, 20);
    const found = (p: number) =>
      under
        .close(streams.map((stream, place) => ({ stream, ...at(0), p: [0.5, place === 7 ? p : 0.5, 0.6] })))
        .flatMap((verdicts, place) =>
          verdicts.flatMap(({ drifted, slice }) => (drifted ? [[place, slice]] : [])),
        );
    expect(found(1e-4)).toEqual([]);
    expect(found(1e-6)).toEqual([[7, 'model 0']]);
  });

  test('is decided about among the features of its tenant of which something came lately', () => {
    const under = setUp(alpha);
    const stream = under.stream('one');
    under.close([{ stream: under.stream('of another', 'acme'), ...at(9), p: [0.5] }]);
    under.close([{ stream: under.stream('long gone'), ...at(3), p: [0.5] }]);
    under.close([{ stream: under.stream('just before'), ...at(8), p: [0.5] }]);
    const [[verdict] = []] = under.close([{ stream, ...at(9), p: [0.5] }]);
    expect(verdict?.n_features).toBe(2);
  });
});
