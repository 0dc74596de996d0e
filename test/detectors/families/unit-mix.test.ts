import { expect, test } from 'vitest';
import { categoryKind } from '../../../detectors/src/kinds/category.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { categories, skewVerdicts } from '../support/skew-windows.ts';

// Where most of sixty values are rare and a conversation has up to eight: neither too many alarms nor hardly any.
test.each([
  { n_reference: 1_000, n_current: 200, windows: 1_000 },
  { n_reference: 500, n_current: 50, windows: 1_500 },
])('false alarms of conversations, $n_current against $n_reference', (plan) => {
  const verdicts = skewVerdicts({ kind: categoryKind, unit: categories.mixed, ...plan, seed: 41 });
  for (const alpha of [0.05, 0.01]) {
    const hits = verdicts.filter(({ p }) => (p as number) < alpha).length;
    expect(clopperPearson(hits, plan.windows).low, `${hits} at ${alpha}`).toBeLessThan(alpha);
    expect(clopperPearson(hits, plan.windows).high, `${hits} at ${alpha}`).toBeGreaterThan(0.7 * alpha);
  }
});
