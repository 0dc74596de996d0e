import {
  advance,
  type Code,
  i32,
  type Kernel,
  kernel,
  type Local,
  load,
  op,
  repeatWhile,
  type Scope,
  shuffle,
  store,
} from './assembler.ts';

const number_bytes = 8;
/** A register holds two numbers. */
const register_bytes = 2 * number_bytes;

/**
 * Flips signs, then takes the first three steps of the transform (see `hadamard`) on every eight numbers: pairs at
 * distance 1, 2 and 4. Signs are masks: all bits 0, or the sign bit of a double alone.
 */
export const flipAndTransformEights = kernel({
  name: 'flipAndTransformEights',
  parameters: { values: 'i32', values_end: 'i32', signs: 'i32' },
  body({ values, values_end, signs }, scope) {
    const vectors = vectorLocals(scope, 4);
    const spare = scope.local('v128');
    const eight = [
      ...vectors.map((vector, k) => {
        const offset = k * register_bytes;
        return vector.set(op('v128.xor', load(values.get, offset), load(signs.get, offset)));
      }),
      ...pairsAtDistance(vectors, 1).map(([a, b]) => butterflyInside(a, b, spare)),
      ...[1, 2].flatMap((distance) =>
        pairsAtDistance(vectors, distance).map(([a, b]) => butterfly(a, b, spare)),
      ),
      ...vectors.map((vector, k) => store(values.get, vector.get, { offset: k * register_bytes })),
      advance(signs, 8 * number_bytes),
      advance(values, 8 * number_bytes),
    ];
    return repeatWhile(eight.flat(), op('i32.lt_u', values.get, values_end.get));
  },
});

/** Takes three steps: pairs at one, two and four times a distance, which is at least 2. */
function threeSteps(distance: number): Kernel {
  const distance_bytes = distance * number_bytes;
  return kernel({
    name: `threeStepsFrom${distance}`,
    parameters: { values: 'i32', values_end: 'i32' },
    body({ values, values_end }, scope) {
      const vectors = vectorLocals(scope, 8);
      const spare = scope.local('v128');
      const run_end = scope.local('i32');
      const numbers = [
        ...vectors.map((vector, k) => vector.set(load(values.get, k * distance_bytes))),
        ...[1, 2, 4].flatMap((step) =>
          pairsAtDistance(vectors, step).map(([a, b]) => butterfly(a, b, spare)),
        ),
        ...vectors.map((vector, k) => store(values.get, vector.get, { offset: k * distance_bytes })),
        advance(values, register_bytes),
      ];
      const run = [
        run_end.set(op('i32.add', values.get, i32(distance_bytes))),
        repeatWhile(numbers.flat(), op('i32.lt_u', values.get, run_end.get)),
        advance(values, 7 * distance_bytes),
      ];
      return repeatWhile(run.flat(), op('i32.lt_u', values.get, values_end.get));
    },
  });
}

export const threeStepsFrom8 = threeSteps(8);
export const threeStepsFrom64 = threeSteps(64);

/** Takes one step: pairs at a distance given in bytes. */
export const oneStep = kernel({
  name: 'oneStep',
  parameters: { values: 'i32', values_end: 'i32', distance_bytes: 'i32' },
  body({ values, values_end, distance_bytes }, scope) {
    const [a, b] = [scope.local('v128'), scope.local('v128')];
    const [partner, run_end] = [scope.local('i32'), scope.local('i32')];
    const numbers = [
      partner.set(op('i32.add', values.get, distance_bytes.get)),
      a.set(load(values.get)),
      b.set(load(partner.get)),
      store(values.get, op('f64x2.add', a.get, b.get)),
      store(partner.get, op('f64x2.sub', a.get, b.get)),
      advance(values, register_bytes),
    ];
    const run = [
      run_end.set(op('i32.add', values.get, distance_bytes.get)),
      repeatWhile(numbers.flat(), op('i32.lt_u', values.get, run_end.get)),
      values.set(op('i32.add', values.get, distance_bytes.get)),
    ];
    return repeatWhile(run.flat(), op('i32.lt_u', values.get, values_end.get));
  },
});

/** (a, b) becomes (a + b, a - b). */
function butterfly(a: Local, b: Local, spare: Local): Code {
  return [
    spare.set(op('f64x2.sub', a.get, b.get)),
    a.set(op('f64x2.add', a.get, b.get)),
    b.set(spare.get),
  ].flat();
}

/** The two numbers inside `a`, and the two inside `b`, become their sum and their difference. */
function butterflyInside(a: Local, b: Local, spare: Local): Code {
  return [
    spare.set(firsts(a.get, b.get)),
    b.set(seconds(a.get, b.get)),
    a.set(op('f64x2.add', spare.get, b.get)),
    spare.set(op('f64x2.sub', spare.get, b.get)),
    b.set(seconds(a.get, spare.get)),
    a.set(firsts(a.get, spare.get)),
  ].flat();
}

function firsts(a: Code, b: Code): Code {
  return shuffle(a, b, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
}

function seconds(a: Code, b: Code): Code {
  return shuffle(a, b, [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31]);
}

function vectorLocals(scope: Scope, count: number): Local[] {
  return Array.from({ length: count }, () => scope.local('v128'));
}

/** The pairs of one step of the transform of `vectors`. */
function pairsAtDistance(vectors: readonly Local[], distance: number): [Local, Local][] {
  return vectors.flatMap((vector, k) => {
    const partner = vectors[k + distance];
    return (k & distance) === 0 && partner ? [[vector, partner] as [Local, Local]] : [];
  });
}
