import fc from 'fast-check';

const huge = 3e38;
const denormal = 1e-45;

/** Vectors of equal, huge, tiny and missing numbers. */
export function degenerateVectors(dimension: number): Float32Array[] {
  const fill = (value: (i: number) => number) => Float32Array.from({ length: dimension }, (_, i) => value(i));
  return [
    ...[0, -0, 1, huge, -huge, denormal].map((value) => fill(() => value)),
    ...[1, huge, denormal].map((value) => fill((i) => (i === dimension - 1 ? value : 0))),
    fill((i) => (i % 2 === 0 ? huge : -denormal)),
    fill((i) => (i % 3 === 0 ? 1_024 : i * 1e-6)),
  ];
}

/** Random vectors whose numbers are of any size and sign. */
export function anyVector(dimension: number): fc.Arbitrary<Float32Array> {
  return fc.float32Array({
    minLength: dimension,
    maxLength: dimension,
    noNaN: true,
    noDefaultInfinity: true,
  });
}
