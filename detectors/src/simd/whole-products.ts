import type { WholeProducts, WholeProductsOptions } from '../sketches/whole-products.ts';
import { block_numbers, tile_centres } from './dot-kernel.ts';
import { createWorkspace } from './workspace.ts';

/** With vector instructions, in numbers of 16 bits; null where there are none. */
export function createSimdWholeProducts({ dimension, count }: WholeProductsOptions): WholeProducts | null {
  const padded = roundUp(dimension, block_numbers);
  const workspace = createWorkspace({
    row: new Int16Array(padded),
    tiled: new Int16Array(roundUp(count, tile_centres) * padded),
    products: new Int32Array(roundUp(count, tile_centres)),
  });
  if (workspace === null) return null;
  const { kernels, arrays } = workspace;
  const { row, tiled, products } = arrays;
  const [row_start, row_end] = range(row);
  const [tiles_start, tiles_end] = range(tiled);
  return {
    norm: whole_norm,
    row,
    place(index) {
      placeInTile(tiled, index, row);
    },
    multiply() {
      kernels.dotProducts(row_start, row_end, tiles_start, tiles_end, products.byteOffset);
      return products;
    },
  };
}

/**
 * No number passes 2^15, and no sum of products of two such vectors passes the square (Cauchy and Schwarz): with half
 * of √dimension that rounding may add, it stays below 2^31.
 */
const whole_norm = 32_000;

/** Writes a centre to where `dotProducts` reads it. */
function placeInTile(tiled: Int16Array, index: number, numbers: Int16Array): void {
  const tile = Math.floor(index / tile_centres) * tile_centres * numbers.length;
  const place = tile + (index % tile_centres) * block_numbers;
  for (let i = 0; i < numbers.length; i++) {
    const block = Math.floor(i / block_numbers) * block_numbers;
    tiled[place + block * tile_centres + (i - block)] = numbers[i] as number;
  }
}

function range({ byteOffset, byteLength }: Int16Array): [start: number, end: number] {
  return [byteOffset, byteOffset + byteLength];
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
