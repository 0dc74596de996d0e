import {
  advance,
  type Code,
  f64x2,
  type Kernel,
  kernel,
  type Local,
  load,
  loadBoth,
  op,
  repeatWhile,
  store,
} from './assembler.ts';

/** Rows that are paired with a row together: as many sums side by side as hide how long an addition takes. */
export const tile_rows = 16;
const number_bytes = 8;
const register_bytes = 2 * number_bytes;

export const pairProducts = pairKernel('pairProducts', ({ x, y }) => op('f64x2.mul', x, y));

export const pairSquaredDifferences = pairKernel('pairSquaredDifferences', ({ x, y, spare }) => [
  ...spare.set(op('f64x2.sub', x, y)),
  ...op('f64x2.mul', spare.get, spare.get),
]);

interface Term {
  readonly x: Code;
  readonly y: Code;
  readonly spare: Local;
}

/**
 * Sums of a term over the numbers of one row and of each row of the tiles. A tile holds the first number of each of
 * its rows, then the second of each, and so on: a register sums for two rows, each in the order of its numbers.
 */
function pairKernel(name: string, termOf: (term: Term) => Code): Kernel {
  return kernel({
    name,
    parameters: { row: 'i32', row_end: 'i32', tile: 'i32', tiles_end: 'i32', results: 'i32' },
    body({ row, row_end, tile, tiles_end, results }, scope) {
      const next = scope.local('i32');
      const [x, spare] = [scope.local('v128'), scope.local('v128')];
      const sums = Array.from({ length: tile_rows / 2 }, () => scope.local('v128'));
      const numbers = [
        x.set(loadBoth(next.get)),
        ...sums.map((sum, pair) => {
          const y = load(tile.get, pair * register_bytes);
          return sum.set(op('f64x2.add', sum.get, termOf({ x: x.get, y, spare })));
        }),
        advance(tile, tile_rows * number_bytes),
        advance(next, number_bytes),
      ];
      const whole_tile = [
        next.set(row.get),
        ...sums.map((sum) => sum.set(f64x2(0))),
        repeatWhile(numbers.flat(), op('i32.lt_u', next.get, row_end.get)),
        ...sums.map((sum, pair) => store(results.get, sum.get, { offset: pair * register_bytes })),
        advance(results, tile_rows * number_bytes),
      ];
      return repeatWhile(whole_tile.flat(), op('i32.lt_u', tile.get, tiles_end.get));
    },
  });
}
