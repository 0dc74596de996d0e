/**
 * G of two samples counted in the same places: twice the log likelihood ratio of unlike shares against equal ones,
 * 2·Σ O·ln(O / E) over both (Sokal and Rohlf, "Biometry", 1995, section 17.2). Places without counts add nothing.
 */
export function gStatistic(first: ArrayLike<number>, second: ArrayLike<number>): number {
  let [a, b, cells] = [0, 0, 0];
  for (let i = 0; i < first.length; i++) {
    const [x, y] = [first[i] as number, second[i] as number];
    a += x;
    b += y;
    cells += entropy(x) + entropy(y) - entropy(x + y);
  }
  return Math.max(2 * (cells - entropy(a) - entropy(b) + entropy(a + b)), 0);
}

function entropy(count: number): number {
  return count > 0 ? count * Math.log(count) : 0;
}
