import { describe, expect, test } from 'vitest';
import { rankSegments } from '../../../collector/src/watch/rank-segments.ts';
import type { SliceSketch } from '../../../collector/src/watch/streams.ts';

function slice(slice_key: string, slice_value: string, count: number, mean: readonly number[]): SliceSketch {
  return {
    slice_key,
    slice_value,
    sketch: { id: 'fit', count, sums: Float64Array.from(mean, (m) => m * count) },
  };
}

/** The slices of one key with the whole they make up, and conversations that have no value of the key. */
function side(parts: readonly SliceSketch[], rest = slice('', '', 0, [0, 0])): SliceSketch[] {
  const all = [...parts, rest].map(({ sketch }) => sketch);
  const count = all.reduce((sum, sketch) => sum + sketch.count, 0);
  const sums = Float64Array.of(0, 1).map((_, i) => all.reduce((sum, sketch) => sum + sketch.sums[i]!, 0));
  return [{ slice_key: 'all', slice_value: 'all', sketch: { id: 'fit', count, sums } }, ...parts];
}

describe('rankSegments', () => {
  test('names the segment that became other, and that it did so within', () => {
    const before = side([slice('model', 'a', 800, [1, 0]), slice('model', 'b', 200, [1, 0])]);
    const after = side([slice('model', 'a', 400, [1, 0]), slice('model', 'b', 100, [0, 1])]);
    expect(rankSegments(before, after)).toEqual([
      {
        slice_key: 'model',
        slice_value: 'b',
        share_before: 0.2,
        share_after: 0.2,
        mix: 0,
        within: expect.closeTo(1, 9),
      },
    ]);
  });

  test('names the segment that came, and that it changed the mix', () => {
    const before = side([slice('prompt_version', 'v1', 1_000, [1, 0])]);
    const after = side([
      slice('prompt_version', 'v1', 300, [1, 0]),
      slice('prompt_version', 'v2', 200, [0, 1]),
    ]);
    const [first] = rankSegments(before, after);
    expect(first).toMatchObject({ slice_value: 'v2', share_before: 0, share_after: 0.4, within: 0 });
    expect(first?.mix).toBeGreaterThan(0.5);
  });

  test('says what has no value of the key, and nothing of a key of one value or of slices that overlap', () => {
    const before = side([slice('tool', 'x', 500, [1, 0])], slice('', '', 500, [1, 0]));
    const after = side([slice('tool', 'x', 250, [1, 0])], slice('', '', 250, [0, 1]));
    expect(rankSegments(before, after)).toMatchObject([
      { slice_value: '(none)', within: expect.closeTo(1, 9) },
    ]);
    const one = [side([slice('tool', 'x', 9, [1, 0])]), side([slice('tool', 'x', 9, [0, 1])])] as const;
    expect(rankSegments(...one)).toEqual([]);
    const [all, part] = after as [SliceSketch, SliceSketch];
    expect(
      rankSegments(before, [all, part, { ...part, slice_value: 'y' }, { ...part, slice_value: 'z' }]),
    ).toEqual([]);
  });
});
