import { addUnit, startSketch } from '@sextant/detectors';
import { expect, test } from 'vitest';
import { numberKind } from '../../../detectors/src/kinds/number.ts';
import { nameFit } from '../../../detectors/src/sketches/fit-text.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { kindContract } from '../../contracts/kind.ts';
import { numbers, uniformOf } from '../support/skew-windows.ts';

const uniform = uniformOf(createRandom(61));
const units = (count: number) => Array.from({ length: count }, () => numbers.mixed(uniform));

kindContract({
  kind: numberKind,
  fit_units: units(120),
  units: units(20),
  bad_values: [Number.NaN, Number.POSITIVE_INFINITY],
});

test('a fit of another version is none, although it is whole', () => {
  const fit = { ...numberKind.createFit({ source: 's', units: units(40) }), version: 2 };
  const { id: _, ...values } = fit;
  const text = JSON.stringify(nameFit('number', values));
  expect(() => numberKind.parseFit(text)).toThrow(expect.objectContaining({ code: 'bad_fit' }));
});

test('values that are all the same have not moved', () => {
  const alike = (count: number) => Array.from({ length: count }, () => [7]);
  const fit = numberKind.createFit({ source: 's', units: alike(40) });
  const measure = numberKind.createMeasure(fit);
  const sketch = (count: number) => {
    const grown = startSketch(numberKind, fit);
    for (const unit of alike(count)) addUnit(grown, measure(unit));
    return grown;
  };
  const request = { fit, reference: sketch(500), current: sketch(50), alpha: 0.05, tolerance: 0 };
  const verdict = numberKind.detectors[0]?.detect(request);
  expect(verdict).toMatchObject({ effect: 0, drifted: false });
  expect(verdict?.p).toBeGreaterThanOrEqual(0.99);
});
