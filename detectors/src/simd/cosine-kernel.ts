import { advance, type Code, f64x2, type Kernel, kernel, load, op, repeatWhile, store } from './assembler.ts';

const register_bytes = 16;

/** What the kernel shares with the JavaScript path, so that no number stands in two places. */
export interface CosineConstants {
  /** Coefficients of sin(2πx) by odd powers of x, the first power first. */
  readonly sine_series: readonly number[];
  /** Features are whole multiples of one over this. */
  readonly fixed_point: number;
}

/**
 * floor(cos(2π (projection · scale + phase)) · fixed_point + 1/2) for every number of a projection: the same
 * additions and multiplications in the same order as `cosineOfTurns`, two numbers at a time.
 */
export function cosineKernel({ sine_series, fixed_point }: CosineConstants): Kernel {
  return kernel({
    name: 'cosines',
    parameters: { projection: 'i32', projection_end: 'i32', phases: 'i32', target: 'i32', scale: 'f64' },
    body({ projection, projection_end, phases, target, scale }, scope) {
      const [turns, x, square] = [scope.local('v128'), scope.local('v128'), scope.local('v128')];
      const both_scales = scope.local('v128');
      const two = [
        turns.set(op('f64x2.add', op('f64x2.mul', load(projection.get), both_scales.get), load(phases.get))),
        turns.set(op('f64x2.sub', turns.get, op('f64x2.floor', op('f64x2.add', turns.get, f64x2(0.5))))),
        x.set(op('f64x2.sub', f64x2(0.25), op('f64x2.abs', turns.get))),
        square.set(op('f64x2.mul', x.get, x.get)),
        store(target.get, rounded(op('f64x2.mul', x.get, polynomial(square.get, sine_series)), fixed_point)),
        ...[projection, phases, target].map((address) => advance(address, register_bytes)),
      ];
      return [
        ...both_scales.set(op('f64x2.splat', scale.get)),
        ...repeatWhile(two.flat(), op('i32.lt_u', projection.get, projection_end.get)),
      ];
    },
  });
}

/** By Horner's rule, from the highest power down. */
function polynomial(x: Code, coefficients: readonly number[]): Code {
  return coefficients
    .slice(0, -1)
    .reduceRight<Code>(
      (sum, coefficient) => op('f64x2.add', f64x2(coefficient), op('f64x2.mul', x, sum)),
      f64x2(coefficients.at(-1) as number),
    );
}

function rounded(cosine: Code, fixed_point: number): Code {
  return op('f64x2.floor', op('f64x2.add', op('f64x2.mul', cosine, f64x2(fixed_point)), f64x2(0.5)));
}
