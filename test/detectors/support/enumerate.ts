/** Every sequence of `length` draws from a law over bins, as counts with its probability. */
export function* sequences(
  law: readonly number[],
  length: number,
): Generator<{ counts: number[]; probability: number }> {
  if (length === 0) {
    yield { counts: law.map(() => 0), probability: 1 };
    return;
  }
  for (const { counts, probability } of sequences(law, length - 1)) {
    for (const [bin, part] of law.entries()) {
      yield { counts: counts.with(bin, (counts[bin] as number) + 1), probability: probability * part };
    }
  }
}

export function choose(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i;
  return result;
}

export function binomial(n: number, k: number, rate: number): number {
  return choose(n, k) * rate ** k * (1 - rate) ** (n - k);
}
