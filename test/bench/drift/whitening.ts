export type Whiten = (row: Float32Array) => Float32Array;

/**
 * Turns and scales rows so that those given have mean 0 and covariance 1, but for a ridge: to every variance so
 * much of itself is added, which shrinks directions that hardly vary. By the factor of Cholesky.
 */
export function whitening(rows: readonly Float32Array[], ridge: number): Whiten {
  const width = rows[0]?.length ?? 0;
  const mean = meanOf(rows, width);
  const factor = choleskyFactor(covarianceOf(rows, mean, ridge));
  return (row) => {
    const white = new Float32Array(width);
    for (let i = 0; i < width; i++) {
      const of_factor = factor[i] as Float64Array;
      let left = (row[i] as number) - (mean[i] as number);
      for (let k = 0; k < i; k++) left -= (of_factor[k] as number) * (white[k] as number);
      white[i] = left / (of_factor[i] as number);
    }
    return white;
  };
}

function meanOf(rows: readonly Float32Array[], width: number): Float64Array {
  const mean = new Float64Array(width);
  for (const row of rows)
    for (let i = 0; i < width; i++) mean[i] = (mean[i] as number) + (row[i] as number) / rows.length;
  return mean;
}

/** Lower triangle, with the ridge. */
function covarianceOf(rows: readonly Float32Array[], mean: Float64Array, ridge: number): Float64Array[] {
  const covariance = Array.from(mean, (_, i) => new Float64Array(i + 1));
  for (const row of rows) {
    const centred = mean.map((value, i) => (row[i] as number) - value);
    covariance.forEach((line, i) => {
      const weight = (centred[i] as number) / rows.length;
      for (let j = 0; j <= i; j++) line[j] = (line[j] as number) + weight * (centred[j] as number);
    });
  }
  covariance.forEach((line, i) => {
    const variance = line[i] as number;
    // What varies by no more than rounding says nothing, and comes out as nearly 0.
    line[i] = variance > Number.EPSILON * (mean[i] as number) ** 2 ? variance * (1 + ridge) : 1;
  });
  return covariance;
}

/** In place. */
function choleskyFactor(lines: Float64Array[]): Float64Array[] {
  lines.forEach((line, i) => {
    for (let j = 0; j <= i; j++) {
      const other = lines[j] as Float64Array;
      let left = line[j] as number;
      for (let k = 0; k < j; k++) left -= (line[k] as number) * (other[k] as number);
      line[j] = i === j ? Math.sqrt(left) : left / (other[j] as number);
    }
  });
  return lines;
}
