import type { Verdict } from '@sextant/detectors';
import { describe, expect, test } from 'vitest';
import { leadVerdicts } from '../../../collector/src/watch/lead-verdicts.ts';

type Say = 'drifted' | 'known' | 'fine' | 'unsure';

function finding(name: string, detector: string, say: Say) {
  const [slice_key = '', slice_value = ''] = name.split('=');
  const verdict = {
    detector,
    drifted: say === 'drifted' || say === 'known',
    p: say === 'unsure' ? null : 0.5,
  } as Verdict;
  return { slice: { slice_key, slice_value }, verdict, is_known: say === 'known' };
}

function leadsOf(...findings: readonly (readonly [slice: string, detector: string, say: Say])[]) {
  const leads = leadVerdicts(findings.map((one) => finding(...one)));
  return [...leads].map(([{ slice, verdict }, spoken_for]) => {
    return { of: `${slice.slice_key}=${slice.slice_value}`, by: verdict.detector, ...spoken_for };
  });
}

describe('the verdict that leads', () => {
  test('is the first that drifted, and names the others', () => {
    expect(
      leadsOf(['all=all', 'skew', 'fine'], ['all=all', 'rate', 'drifted'], ['all=all', 'mix', 'drifted']),
    ).toEqual([{ of: 'all=all', by: 'rate', drifted_detectors: ['rate', 'mix'], drifted_slices: [] }]);
  });

  test('is one that is sure where none drifted: what is well ends an alert, what is unsure does not', () => {
    const none = { drifted_detectors: [], drifted_slices: [] };
    expect(leadsOf(['all=all', 'skew', 'unsure'], ['all=all', 'rate', 'fine'])).toEqual([
      { of: 'all=all', by: 'rate', ...none },
    ]);
    expect(leadsOf(['all=all', 'skew', 'unsure'], ['all=all', 'rate', 'unsure'])).toEqual([
      { of: 'all=all', by: 'skew', ...none },
    ]);
  });

  test('is not one that only goes on with what single windows have shown before', () => {
    const leads = leadsOf(
      ['all=all', 'skew', 'fine'],
      ['service=desk', 'skew', 'drifted'],
      ['all=all', 'rate', 'known'],
    );
    expect(leads.map(({ of, by }) => [of, by])).toEqual([
      ['all=all', 'skew'],
      ['service=desk', 'skew'],
    ]);
  });

  test('on the whole speaks for the slices that drifted, not for those that are well', () => {
    const leads = leadsOf(
      ['all=all', 'skew', 'drifted'],
      ['service=desk', 'skew', 'drifted'],
      ['service=shop', 'skew', 'fine'],
      ['language=en', 'skew', 'drifted'],
    );
    expect(leads.map(({ of }) => of)).toEqual(['all=all', 'service=shop']);
    expect(leads[0]?.drifted_slices).toEqual(['service=desk', 'language=en']);
    expect(leads[1]?.drifted_slices).toEqual([]);
  });

  test('on a slice leads where the whole did not drift', () => {
    const leads = leadsOf(['all=all', 'skew', 'fine'], ['service=desk', 'skew', 'drifted']);
    expect(leads.map(({ of, by }) => [of, by])).toEqual([
      ['all=all', 'skew'],
      ['service=desk', 'skew'],
    ]);
    expect(leadsOf(['service=desk', 'skew', 'drifted'])).toHaveLength(1);
    expect(leadsOf()).toEqual([]);
  });
});
