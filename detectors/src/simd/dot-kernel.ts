import { advance, type Code, extractLane, f64x2, kernel, load, op, repeatWhile, store } from './assembler.ts';

/** Centres that are multiplied together: as many sums as there are registers for. */
export const tile_centres = 8;
/** Numbers of 16 bits in a vector register. */
export const block_numbers = 8;
const register_bytes = 16;

/**
 * Dot products of a row with every centre, in integers: 16 bits times 16 bits, summed in 32 bits, exactly. A tile
 * holds the first eight numbers of each of its centres, then the next eight of each, and so on.
 */
export const dotProducts = kernel({
  name: 'dotProducts',
  parameters: { row: 'i32', row_end: 'i32', tile: 'i32', tiles_end: 'i32', products: 'i32' },
  body({ row, row_end, tile, tiles_end, products }, scope) {
    const x = scope.local('i32');
    const numbers = scope.local('v128');
    const sums = Array.from({ length: tile_centres }, () => scope.local('v128'));
    const block = [
      numbers.set(load(x.get)),
      ...sums.map((sum, centre) => {
        const product = op('i32x4.dot_i16x8_s', numbers.get, load(tile.get, centre * register_bytes));
        return sum.set(op('i32x4.add', sum.get, product));
      }),
      advance(tile, tile_centres * register_bytes),
      advance(x, register_bytes),
    ];
    const whole_tile = [
      x.set(row.get),
      ...sums.map((sum) => sum.set(f64x2(0))),
      repeatWhile(block.flat(), op('i32.lt_u', x.get, row_end.get)),
      ...sums.map((sum, centre) =>
        store(products.get, sumOfLanes(sum.get), { offset: centre * 4, as: 'i32.store' }),
      ),
      advance(products, tile_centres * 4),
    ];
    return repeatWhile(whole_tile.flat(), op('i32.lt_u', tile.get, tiles_end.get));
  },
});

function sumOfLanes(vector: Code): Code {
  const lane = (index: number) => extractLane(vector, index);
  return op('i32.add', op('i32.add', lane(0), lane(1)), op('i32.add', lane(2), lane(3)));
}
