/**
 * Taylor series of sin(2πx) by odd powers of x, the first power first. On a quarter turn either side of 0 it is
 * within 6e-8.
 */
export const sine_series = [
  6.283185307179586, -41.34170224039976, 81.60524927607504, -76.70585975306136, 42.05869394489765,
  -15.09464257682298,
] as const;

const [first, third, fifth, seventh, ninth, eleventh] = sine_series;

/**
 * Cosine of an angle in turns (1 is a full circle), within 6e-8.
 *
 * Only additions, multiplications and a floor, which IEEE 754 fixes to the last bit: Math.cos may differ between
 * engines, and sketches must not.
 */
export function cosineOfTurns(turns: number): number {
  const from_whole = turns - Math.floor(turns + 0.5);
  const x = 0.25 - (from_whole < 0 ? -from_whole : from_whole);
  const square = x * x;
  return (
    x *
    (first + square * (third + square * (fifth + square * (seventh + square * (ninth + square * eleventh)))))
  );
}
