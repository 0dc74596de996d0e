/**
 * Cosine of an angle in turns (1 is a full circle), within 6e-8.
 *
 * Only additions, multiplications and a floor, which IEEE 754 fixes to the last bit: Math.cos may differ between
 * engines, and sketches must not. The polynomial is the Taylor series of sin(2πx) to the eleventh power on a
 * quarter turn either side of 0.
 */
export function cosineOfTurns(turns: number): number {
  const from_whole = turns - Math.floor(turns + 0.5);
  const x = 0.25 - (from_whole < 0 ? -from_whole : from_whole);
  const square = x * x;
  return (
    x *
    (6.283185307179586 +
      square *
        (-41.34170224039976 +
          square *
            (81.60524927607504 +
              square * (-76.70585975306136 + square * (42.05869394489765 + square * -15.09464257682298)))))
  );
}
