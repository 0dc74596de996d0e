import { textKind } from '../../../detectors/src/kinds/text.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { kindContract } from '../../contracts/kind.ts';
import { texts, uniformOf } from '../support/skew-windows.ts';

const uniform = uniformOf(createRandom(61));
const units = (count: number) => Array.from({ length: count }, () => texts.conversation(uniform));

kindContract({ kind: textKind, fit_units: units(120), units: units(20), bad_values: [] });
