import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  advance,
  assemble,
  type Code,
  extractLane,
  f64x2,
  i32,
  kernel,
  load,
  op,
  repeatWhile,
  shuffle,
  store,
} from '../../../detectors/src/simd/assembler.ts';
import type { OpcodeName } from '../../../detectors/src/simd/opcodes.ts';
import { callOnMemory, isValid } from '../support/web-assembly.ts';

const property_runs = 200;

/** Runs code on a memory that begins with these numbers. */
function run(code: Code, before?: ArrayBufferView): ArrayBuffer {
  const bytes = assemble([kernel({ name: 'run', parameters: {}, body: () => code })]);
  expect(isValid(bytes)).toBe(true);
  return callOnMemory(bytes, { name: 'run', ...(before && { before }) });
}

test('an empty kernel is the module that the specification gives', () => {
  const bytes = assemble([kernel({ name: 'f', parameters: { a: 'i32', b: 'f64' }, body: () => [] })]);
  // Written by hand from sections 5.5.2 to 5.5.13 of the specification.
  const expected = [
    '00 61 73 6d 01 00 00 00', // magic and version
    '01 06 01 60 02 7f 7c 00', // one type: (i32, f64) → ()
    '02 13 01 07 73 65 78 74 61 6e 74 06 6d 65 6d 6f 72 79 02 00 01', // import sextant.memory, one page or more
    '03 02 01 00', // one function of type 0
    '07 05 01 01 66 00 00', // exported as f
    '0a 04 01 02 00 0b', // its body: no locals, end
  ].join(' ');
  expect(Buffer.from(bytes).toString('hex')).toBe(expected.replaceAll(' ', ''));
});

describe('numbers', () => {
  test('integers of any size come out as they went in', () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        const buffer = run(store(i32(0), i32(value), { as: 'i32.store' }));
        expect(new Int32Array(buffer)[0]).toBe(value);
      }),
      {
        numRuns: property_runs,
        examples: [[0], [-1], [63], [64], [-64], [-65], [2 ** 31 - 1], [-(2 ** 31)]],
      },
    );
  });

  test('doubles come out in both lanes, to the last bit', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        const lanes = new Float64Array(run(store(i32(0), f64x2(value))));
        expect(Object.is(lanes[0], value) && Object.is(lanes[1], value)).toBe(true);
      }),
      { numRuns: property_runs, examples: [[-0], [5e-324], [Number.MAX_VALUE]] },
    );
  });

  test('offsets of any size reach their place', () => {
    for (const offset of [0, 16, 48]) {
      const lanes = new Float64Array(run(store(i32(0), f64x2(3), { offset })));
      expect(lanes[offset / 8]).toBe(3);
    }
    const far = [store(i32(1), f64x2(7), { offset: 65_000 }), store(i32(0), load(i32(65_001)))];
    expect(new Float64Array(run(far.flat()))[0]).toBe(7);
  });
});

describe('instructions', () => {
  const double = fc.double({ noNaN: true });
  const doubles = fc.tuple(double, double, double, double);
  const words = fc.tuple(...Array.from({ length: 16 }, () => fc.integer({ min: -32_768, max: 32_767 })));
  const integers = fc.tuple(...Array.from({ length: 8 }, () => fc.integer()));
  const [a, b] = [load(i32(0)), load(i32(16))];

  test.each<[OpcodeName, (x: number, y: number) => number]>([
    ['f64x2.add', (x, y) => x + y],
    ['f64x2.sub', (x, y) => x - y],
    ['f64x2.mul', (x, y) => x * y],
  ])('%s', (name, expected) => {
    fc.assert(
      fc.property(doubles, ([x, y, u, v]) => {
        const lanes = new Float64Array(run(store(i32(0), op(name, a, b)), Float64Array.of(x, y, u, v)));
        expect([lanes[0], lanes[1]]).toEqual([expected(x, u), expected(y, v)]);
      }),
      { numRuns: property_runs },
    );
  });

  test.each<[OpcodeName, (x: number) => number]>([
    ['f64x2.floor', Math.floor],
    ['f64x2.abs', Math.abs],
  ])('%s', (name, expected) => {
    fc.assert(
      fc.property(doubles, ([x, y, u, v]) => {
        const lanes = new Float64Array(run(store(i32(0), op(name, a)), Float64Array.of(x, y, u, v)));
        expect([lanes[0], lanes[1]]).toEqual([expected(x), expected(y)]);
      }),
      { numRuns: property_runs },
    );
  });

  test('v128.xor and i32x4.add', () => {
    fc.assert(
      fc.property(integers, (values) => {
        const before = Int32Array.from(values);
        const [xored, added] = [op('v128.xor', a, b), op('i32x4.add', a, b)].map((code) =>
          Array.from(new Int32Array(run(store(i32(0), code), before)).subarray(0, 4)),
        );
        const [first, second] = [values.slice(0, 4), values.slice(4)];
        expect(xored).toEqual(first.map((value, i) => value ^ second[i]!));
        expect(added).toEqual(first.map((value, i) => (value + second[i]!) | 0));
      }),
      { numRuns: property_runs },
    );
  });

  test('i32x4.dot_i16x8_s and i32x4.extract_lane', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 0, max: 3 }), (values, lane) => {
        const product = extractLane(op('i32x4.dot_i16x8_s', a, b), lane);
        const buffer = run(store(i32(0), product, { as: 'i32.store' }), Int16Array.from(values));
        const at = (i: number) => Math.imul(values[2 * lane + i]!, values[8 + 2 * lane + i]!);
        expect(new Int32Array(buffer)[0]).toBe((at(0) + at(1)) | 0);
      }),
      { numRuns: property_runs },
    );
  });

  test('i8x16.shuffle', () => {
    const bytes = [31, 0, 16, 15, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 18];
    const before = Uint8Array.from({ length: 32 }, (_, i) => i * 7);
    const after = new Uint8Array(run(store(i32(0), shuffle(a, b, bytes)), before));
    expect(Array.from(after.subarray(0, 16))).toEqual(bytes.map((byte) => byte * 7));
  });

  test('repeatWhile, advance and locals: a loop adds up', () => {
    const counter = kernel({
      name: 'sum',
      parameters: { from: 'i32', to: 'i32', result: 'i32' },
      body({ from, to, result }, scope) {
        const sum = scope.local('i32');
        const body = [...sum.set(op('i32.add', sum.get, from.get)), ...advance(from, 3)];
        const loop = repeatWhile(body, op('i32.lt_u', from.get, to.get));
        return [...loop, ...store(result.get, sum.get, { as: 'i32.store' })];
      },
    });
    const memory = callOnMemory(assemble([counter]), { name: 'sum', parameters: [1, 10, 8] });
    expect(new Int32Array(memory)[2]).toBe(1 + 4 + 7);
  });
});
