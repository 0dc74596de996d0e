import { describe, expect, it } from 'vitest';
import { readEvaluation } from '../../../collector/src/normalise/evaluation.ts';
import { attributeValue, mapOf, type Plain, type PlainAttributes } from './support.ts';

const result = 'gen_ai.evaluation.result';
const read = (attributes: PlainAttributes, body: Plain = null) =>
  readEvaluation({ name: result, attributes: mapOf(attributes), body: attributeValue(body) });

describe('an evaluation', () => {
  it('has a name, a score, a label and a reason', () => {
    const attributes = {
      'gen_ai.evaluation.name': 'relevance',
      'gen_ai.evaluation.score.value': 0.75,
      'gen_ai.evaluation.score.label': 'relevant',
      'gen_ai.evaluation.explanation': 'It answers the question.',
      'gen_ai.response.id': 'chatcmpl-1',
      'my.rubric': 3,
    };
    const expected = {
      name: 'relevance',
      value: 0.75,
      label: 'relevant',
      explanation: 'It answers the question.',
      source: 'judge',
      response_id: 'chatcmpl-1',
      others: mapOf({ 'gen_ai.response.id': 'chatcmpl-1', 'my.rubric': 3 }),
    };
    expect(read(attributes)).toEqual(expected);
    expect(read({}, attributes)).toEqual(expected);
  });

  it('that failed has a reason, and no score', () => {
    expect(read({ 'gen_ai.evaluation.name': 'relevance', 'error.type': 'timeout' })).toEqual({
      name: 'relevance',
      value: null,
      label: null,
      explanation: null,
      source: 'judge',
      response_id: null,
      others: mapOf({ 'error.type': 'timeout' }),
    });
  });

  it.each([
    [-1.5, -1.5],
    [0, 0],
    [7n, 7],
    ['0.25', 0.25],
    ['-1e-3', -0.001],
    [true, 1],
    [false, 0],
  ])('takes %s for a score', (sent, value) => {
    const found = read({ 'gen_ai.evaluation.name': 'x', 'gen_ai.evaluation.score.value': sent });
    expect([found?.value, found?.others.size]).toEqual([value, 0]);
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], ['good'], [''], ['0x10'], [null], [[1]]])(
    'takes %s for none, and keeps it',
    (sent) => {
      const found = read({ 'gen_ai.evaluation.name': 'x', 'gen_ai.evaluation.score.value': sent });
      expect([found?.value, found?.others.get('gen_ai.evaluation.score.value')]).toEqual([null, sent]);
    },
  );

  it.each([
    ['sextant.evaluation.kind', 'human', 'human'],
    ['gen_ai.evaluation.evaluator.type', 'CODE', 'code'],
    ['gen_ai.evaluation.evaluator.type', 'LLM', 'judge'],
    ['gen_ai.evaluation.evaluator.type', 'oracle', 'judge'],
  ])('whose %s is %s comes from a %s', (name, kind, source) => {
    expect(read({ 'gen_ai.evaluation.name': 'x', [name]: kind })?.source).toBe(source);
  });

  it('without a name, or by another name, is none', () => {
    expect(read({ 'gen_ai.evaluation.score.value': 1 })).toBeUndefined();
    expect(read({ 'gen_ai.evaluation.name': '' })).toBeUndefined();
    expect(
      readEvaluation({ name: 'other', attributes: mapOf({ 'gen_ai.evaluation.name': 'x' }) }),
    ).toBeUndefined();
  });
});
