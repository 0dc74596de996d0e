/** Two-sided 95 %. */
const Z = 1.959964;

/**
 * Lower bound of the share behind `bad` events of `total`, 95 % two-sided; 0 where there are none.
 * Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
 */
export function wilsonLow(bad: number, total: number): number {
  if (total === 0) return 0;
  const share = bad / total;
  const z2 = Z * Z;
  const centre = share + z2 / (2 * total);
  const spread = Z * Math.sqrt((share * (1 - share)) / total + z2 / (4 * total * total));
  return Math.max(0, (centre - spread) / (1 + z2 / total));
}
