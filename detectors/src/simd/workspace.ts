import { createInstance, type Kernels } from './platform.ts';

type NumberArray = Float64Array | Int32Array | Int16Array;
type Arrays = Readonly<Record<string, NumberArray>>;

/** Kernels and the arrays they work on, whose memory goes when they go. */
export interface Workspace<Given extends Arrays> {
  readonly kernels: Kernels;
  readonly arrays: Given;
}

/** So that no vector lies across two lines of the cache. */
const alignment_bytes = 16;
const page_bytes = 65_536;

/** Copies the arrays to where kernels reach them; null where there are no kernels: see `createInstance`. */
export function createWorkspace<Given extends Arrays>(given: Given): Workspace<Given> | null {
  const bytes = Object.values(given).reduce((sum, { byteLength }) => sum + aligned(byteLength), 0);
  const instance = createInstance(Math.ceil(bytes / page_bytes));
  if (instance === null) return null;
  let start = 0;
  const arrays = Object.entries(given).map(([name, array]) => {
    const copy = copyTo(instance.memory.buffer, start, array);
    start += aligned(array.byteLength);
    return [name, copy];
  });
  return { kernels: instance.kernels, arrays: Object.fromEntries(arrays) as Given };
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment_bytes) * alignment_bytes;
}

function copyTo(buffer: ArrayBuffer, start: number, array: NumberArray): NumberArray {
  new Uint8Array(buffer).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start);
  const View = array.constructor as new (on: ArrayBuffer, start: number, length: number) => NumberArray;
  return new View(buffer, start, array.length);
}
