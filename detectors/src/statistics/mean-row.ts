/** Mean of each place over rows of one length; none where there are no rows. */
export function meanRow(rows: readonly ArrayLike<number>[]): Float64Array {
  const mean = new Float64Array(rows[0]?.length ?? 0);
  for (const row of rows) {
    for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] as number) + (row[i] as number) / rows.length;
  }
  return mean;
}
