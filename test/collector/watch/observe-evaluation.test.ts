import { describe, expect, test } from 'vitest';
import type { EvaluationRow } from '../../../collector/src/stores/store.ts';
import { watchedFeatures } from '../../../collector/src/watch/features.ts';
import { unitKey } from '../../../collector/src/watch/observation.ts';
import { observeEvaluation } from '../../../collector/src/watch/observe-evaluation.ts';

const watched = watchedFeatures('evaluation.*,evaluation_label.*');

function evaluation(fields: Partial<EvaluationRow> = {}): EvaluationRow {
  return {
    ...{ tenant: 'default', score_id: 'id', name: 'tone', source: 'judge', trace_id: 't', span_id: 's' },
    ...{ conversation_id: 'c', slices: { service: 'shop' }, time: 2, ingest_time: 3 },
    ...{ value: 0.5, label: 'fair' },
    ...fields,
  };
}

test('an evaluation is a number, or where it has none a word', () => {
  expect(observeEvaluation(evaluation(), watched)).toEqual([
    {
      ...{ tenant: 'default', feature: 'evaluation.tone', encoder: 'judge', dimension: 0, value: 0.5 },
      ...{ trace_id: 't', span_id: 's', conversation_id: 'c', slices: { service: 'shop' } },
      ...{ time: 2, ingest_time: 3, sampling_probability: null },
      value_key: expect.stringMatching(/^t:s:id:/),
    },
  ]);
  const [said] = observeEvaluation(evaluation({ value: null, source: 'human' }), watched);
  expect(said).toMatchObject({ feature: 'evaluation_label.tone', encoder: 'human', value: 'fair' });
});

test('one that failed, or is not watched, says nothing', () => {
  expect(observeEvaluation(evaluation({ value: null, label: null }), watched)).toEqual([]);
  expect(observeEvaluation(evaluation({ value: null, label: '' }), watched)).toEqual([]);
  expect(observeEvaluation(evaluation(), watchedFeatures('evaluation.grace'))).toEqual([]);
});

test('zero is a score', () => {
  expect(observeEvaluation(evaluation({ value: 0 }), watched)).toMatchObject([{ value: 0 }]);
});

test('evaluations that name no span are not one and the same', () => {
  const unlinked = { trace_id: null, span_id: null, conversation_id: null };
  const units = ['a', 'b'].flatMap((score_id) =>
    observeEvaluation(evaluation({ ...unlinked, score_id }), watched).map(unitKey),
  );
  expect(new Set(units).size).toBe(2);
});

describe('what has to be read', () => {
  test.each([
    { list: 'embedding.*', has_spans: false, has_evaluations: false },
    { list: 'evaluation.*', has_spans: false, has_evaluations: true },
    { list: 'evaluation_label.tone', has_spans: false, has_evaluations: true },
    { list: 'eval*', has_spans: true, has_evaluations: true },
    { list: 'behaviour.*', has_spans: true, has_evaluations: false },
    { list: '*', has_spans: true, has_evaluations: true },
    { list: '', has_spans: false, has_evaluations: false },
  ])('for "$list"', ({ list, has_spans, has_evaluations }) => {
    expect(watchedFeatures(list)).toMatchObject({ has_spans, has_evaluations });
  });
});
