const bisections = 30;

/**
 * The value that is exceeded with a probability, within a billionth of `most`; `most` where it lies beyond.
 * @param tail Probability of a value at least as large, which falls from 0 to `most`.
 */
export function tailQuantile(tail: (value: number) => number, probability: number, most: number): number {
  let [below, above] = [0, most];
  for (let step = 0; step < bisections; step++) {
    const middle = (below + above) / 2;
    if (tail(middle) > probability) below = middle;
    else above = middle;
  }
  return above;
}
