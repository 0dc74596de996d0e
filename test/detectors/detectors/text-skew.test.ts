import { describe, expect, test } from 'vitest';
import { textKind as kind } from '../../../detectors/src/kinds/text.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { skewVerdicts, texts, type Uniform } from '../support/skew-windows.ts';

type Unit = (uniform: Uniform) => readonly string[];

test('texts without a form raise as many false alarms as asked for, not hardly any', () => {
  const plan = { n_reference: 200, n_current: 60, windows: 400, seed: 51 };
  const hits = skewVerdicts({ kind, unit: texts.sentence, ...plan }).filter(({ p }) => (p as number) < 0.05);
  const { low, high } = clopperPearson(hits.length, plan.windows);
  expect(low, `${hits.length}`).toBeLessThan(0.05);
  expect(high, `${hits.length}`).toBeGreaterThan(0.045);
});

const german = 'wie kann ich das konto und die karte sehen nicht ist ein auto flug hilfe'.split(' ');
const germanText = (uniform: Uniform) =>
  Array.from({ length: 8 }, () => german[Math.floor(uniform() * german.length)]).join(' ');

describe.each(Object.entries(texts))('a fifth of 200 units, %s', (_name, unit: Unit) => {
  test.each<[string, Unit]>([
    ['in German', (uniform) => unit(uniform).map(() => germanText(uniform))],
    ['as JSON', (uniform) => unit(uniform).map((answer) => JSON.stringify({ answer }))],
  ])('%s is told every time', (_change, changed) => {
    const shifted = (uniform: Uniform) => (uniform() < 0.2 ? changed(uniform) : unit(uniform));
    const plan = { n_reference: 1_000, n_current: 200, windows: 8, seed: 52 };
    expect(skewVerdicts({ kind, unit, shifted, ...plan }).every(({ drifted }) => drifted)).toBe(true);
  });
});
