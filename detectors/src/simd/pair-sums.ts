import type { PairSums, PairTerm } from '../sketches/pairs.ts';
import { tile_rows } from './pair-kernels.ts';
import { createWorkspace } from './workspace.ts';

/** The pair sums of these rows with vector instructions; null where there are none. */
export function createSimdPairSums(
  rows: readonly (Float32Array | Float64Array)[],
  term: PairTerm,
): PairSums | null {
  const length = rows[0]?.length ?? 0;
  const tile_count = Math.ceil(rows.length / tile_rows);
  const workspace = createWorkspace({
    row: new Float64Array(length),
    tiled: tiled(rows, tile_count * tile_rows * length),
    sums: new Float64Array(tile_count * tile_rows),
  });
  if (workspace === null) return null;
  const { row, tiled: tiles, sums } = workspace.arrays;
  const kernel = workspace.kernels[kernel_of[term]];
  const tile_bytes = tile_rows * row.byteLength;
  return (index) => {
    row.set(rows[index] as Float32Array | Float64Array);
    const tiles_end = tiles.byteOffset + Math.ceil((index + 1) / tile_rows) * tile_bytes;
    kernel(row.byteOffset, row.byteOffset + row.byteLength, tiles.byteOffset, tiles_end, sums.byteOffset);
    return sums;
  };
}

const kernel_of = { product: 'pairProducts', squared_difference: 'pairSquaredDifferences' } as const;

/** Rows where `pairKernel` reads them; those that fill up the last tile are 0. */
function tiled(rows: readonly (Float32Array | Float64Array)[], size: number): Float64Array {
  const tiles = new Float64Array(size);
  rows.forEach((row, index) => {
    const place = Math.floor(index / tile_rows) * tile_rows * row.length + (index % tile_rows);
    for (let i = 0; i < row.length; i++) tiles[place + i * tile_rows] = row[i] as number;
  });
  return tiles;
}
