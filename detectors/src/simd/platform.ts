import { sine_series } from '../sketches/cosine.ts';
import { fixed_point } from '../sketches/layout.ts';
import { assemble } from './assembler.ts';
import { cosineKernel } from './cosine-kernel.ts';
import { dotProducts } from './dot-kernel.ts';
import { flipAndTransformEights, oneStep, threeStepsFrom8, threeStepsFrom64 } from './hadamard-kernels.ts';
import { pairProducts, pairSquaredDifferences } from './pair-kernels.ts';

/** The results are the same to the last bit; plain JavaScript takes a few times as long. */
export type MeasuringPath = 'WebAssembly SIMD' | 'JavaScript';

/** How vectors are measured in this process: in JavaScript where the platform refuses vector instructions. */
export function measuringPath(): MeasuringPath {
  return compiled === null ? 'JavaScript' : 'WebAssembly SIMD';
}

/** Addresses are in bytes, as an array's `byteOffset` gives them; what ends a loop is the address behind it. */
export interface Kernels {
  dotProducts(row: number, row_end: number, tile: number, tiles_end: number, products: number): void;
  flipAndTransformEights(values: number, values_end: number, signs: number): void;
  threeStepsFrom8(values: number, values_end: number): void;
  threeStepsFrom64(values: number, values_end: number): void;
  oneStep(values: number, values_end: number, distance_bytes: number): void;
  pairProducts(row: number, row_end: number, tile: number, tiles_end: number, results: number): void;
  pairSquaredDifferences(
    row: number,
    row_end: number,
    tile: number,
    tiles_end: number,
    results: number,
  ): void;
  cosines(projection: number, projection_end: number, phases: number, target: number, scale: number): void;
}

interface Memory {
  readonly buffer: ArrayBuffer;
}

export interface Instance {
  readonly kernels: Kernels;
  readonly memory: Memory;
}

/** The kernels on a memory of their own; null where the platform has no vector instructions or no such memory. */
export function createInstance(pages: number): Instance | null {
  if (platform === undefined || compiled === null) return null;
  const memory = createMemory(platform, pages);
  if (memory === null) return null;
  const { exports } = new platform.Instance(compiled, { sextant: { memory } });
  return { kernels: exports, memory };
}

/** What is used of WebAssembly, which the ECMAScript library does not describe. */
interface Platform {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => Module;
  readonly Memory: new (pages: { initial: number; maximum: number }) => Memory;
  readonly Instance: new (module: Module, imports: { sextant: { memory: Memory } }) => { exports: Kernels };
  readonly CompileError: new () => Error;
}
type Module = object;

const platform = (globalThis as { WebAssembly?: Platform }).WebAssembly;
const compiled = platform === undefined ? null : compile(platform);

function compile(from: Platform): Module | null {
  const bytes = assemble([
    ...[dotProducts, pairProducts, pairSquaredDifferences],
    ...[flipAndTransformEights, threeStepsFrom8, threeStepsFrom64, oneStep],
    cosineKernel({ sine_series, fixed_point }),
  ]);
  try {
    return from.validate(bytes) ? new from.Module(bytes) : null;
  } catch (error) {
    // A platform may know the instructions and yet forbid modules that are made at run time.
    if (error instanceof from.CompileError) return null;
    throw error;
  }
}

function createMemory(from: Platform, pages: number): Memory | null {
  try {
    return new from.Memory({ initial: pages, maximum: pages });
  } catch (error) {
    // Engines reserve some gigabytes of addresses for each memory, and these may be limited.
    if (error instanceof RangeError) return null;
    throw error;
  }
}
