import { categoryKind } from '../../../detectors/src/kinds/category.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { kindContract } from '../../contracts/kind.ts';
import { categories, uniformOf } from '../support/skew-windows.ts';

const uniform = uniformOf(createRandom(61));
const units = (count: number) => Array.from({ length: count }, () => categories.mixed(uniform));

kindContract({ kind: categoryKind, fit_units: units(120), units: units(20), bad_values: [] });
