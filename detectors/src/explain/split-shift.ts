import { SketchMismatchError } from '../errors.ts';
import type { Sketch } from '../sketches/sketch.ts';

/** The units of one segment, such as those of a prompt version, on both sides. */
export interface Segment {
  readonly name: string;
  readonly reference: Sketch;
  readonly current: Sketch;
}

export interface SegmentShift {
  readonly name: string;
  /** Share of the units. */
  readonly share_before: number;
  readonly share_after: number;
  /** What the segment adds to the shift because it is more or less frequent than before. */
  readonly mix: number;
  /** What it adds because its own units are others than before. */
  readonly within: number;
  /** Part of the whole shift that both explain; the parts of all segments sum to 1. */
  readonly part: number;
}

export interface ShiftSplit {
  /** Squared length of the shift of the mean sums, in the weights given. */
  readonly shift: number;
  /** Those that explain most first. */
  readonly segments: readonly SegmentShift[];
}

export interface SplitRequest {
  readonly segments: readonly Segment[];
  /** Weight of each place of the sums; 0 leaves it out. */
  readonly weights: Float64Array;
}

/**
 * Splits a shift exactly into what each segment adds by mix and within (Kitagawa, Journal of the American
 * Statistical Association 50, 1955; the means of the two sides as weights, so that no third part is left over). With
 * share w and mean m of a segment, after and before:
 * Δ = Σ (w' - w)·((m' + m)/2 - M) + Σ (w' + w)/2·(m' - m), where M is the mean of both sides' whole means; it
 * adds nothing to the sum, since shares sum to 1, and makes a segment that grows count by how unlike the others it
 * is. Each part is projected on Δ, so the parts are numbers, signed, that sum to |Δ|². A segment that is on one
 * side only changed the mix.
 * @throws SketchMismatchError
 */
export function splitShift({ segments, weights }: SplitRequest): ShiftSplit {
  const id = segments[0]?.reference.id ?? '';
  for (const { reference, current } of segments) {
    for (const sketch of [reference, current]) {
      if (sketch.id !== id) throw new SketchMismatchError(id, sketch.id);
    }
  }
  const [before, after] = [
    wholeMean(segments.map(({ reference }) => reference)),
    wholeMean(segments.map(({ current }) => current)),
  ];
  const direction = after.mean.map(
    (value, i) => (weights[i] as number) * (value - (before.mean[i] as number)),
  );
  const project = (values: Float64Array) =>
    values.reduce((sum, v, i) => sum + v * (direction[i] as number), 0);
  const [projected_before, projected_after] = [project(before.mean), project(after.mean)];
  const shift = projected_after - projected_before;
  const middle = (projected_before + projected_after) / 2;
  const split = segments.map(({ name, reference, current }): SegmentShift => {
    const share_before = before.count > 0 ? reference.count / before.count : 0;
    const share_after = after.count > 0 ? current.count / after.count : 0;
    const own_before = meanOr(reference, current, project);
    const own_after = meanOr(current, reference, project);
    const mix = (share_after - share_before) * ((own_before + own_after) / 2 - middle);
    const within = ((share_after + share_before) / 2) * (own_after - own_before);
    return { name, share_before, share_after, mix, within, part: shift > 0 ? (mix + within) / shift : 0 };
  });
  return { shift, segments: split.sort((a, b) => b.part - a.part || (a.name < b.name ? -1 : 1)) };
}

/** The projected mean of a segment; where it has no units, of the other side, so that nothing moved within. */
function meanOr(sketch: Sketch, other: Sketch, project: (values: Float64Array) => number): number {
  const known = sketch.count > 0 ? sketch : other;
  return known.count > 0 ? project(known.sums) / known.count : 0;
}

function wholeMean(sketches: readonly Sketch[]): { readonly count: number; readonly mean: Float64Array } {
  const count = sketches.reduce((sum, sketch) => sum + sketch.count, 0);
  const mean = new Float64Array(sketches[0]?.sums.length ?? 0);
  for (const { sums } of sketches) {
    for (let i = 0; i < mean.length; i++)
      mean[i] = (mean[i] as number) + (sums[i] as number) / Math.max(count, 1);
  }
  return { count, mean };
}
