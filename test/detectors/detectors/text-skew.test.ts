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

test('a slice of two of forty topics raises as many false alarms as asked for', () => {
  const wordsOf = (topic: number) => [0, 1, 2, 3].map((word) => `t${topic}w${word} topic${topic}`);
  const textOf = (topic: number) => (uniform: Uniform) => [
    Array.from({ length: 6 }, () => wordsOf(topic)[Math.floor(uniform() * 4)]).join(' '),
  ];
  const anyOf = (topics: number) => (uniform: Uniform) => textOf(Math.floor(uniform() * topics))(uniform);
  const plan = { n_reference: 300, n_current: 80, windows: 500, seed: 53 };
  const verdicts = skewVerdicts({ kind, unit: anyOf(40), slice: anyOf(2), ...plan });
  for (const alpha of [0.05, 0.01]) {
    const hits = verdicts.filter(({ p }) => (p as number) < alpha).length;
    console.info(`null, texts of a slice: p < ${alpha} in ${hits} of ${plan.windows}`);
    expect(clopperPearson(hits, plan.windows, 0.99).low).toBeLessThan(1.3 * alpha);
  }
});
