import { DetectorError } from '../errors.ts';
import { type Fit, fitId } from './fit.ts';
import type { KernelFit } from './fit-kernels.ts';
import { bandwidths, novelty_bins } from './layout.ts';
import type { PairCells, PairMoments } from './pair-moments.ts';

/** The fit as JSON text, with vectors and moments of pairs as little-endian float32 in base64. */
export function serialiseFit(fit: Fit): string {
  const { leaves, parents } = fit.clusters;
  return JSON.stringify({
    ...fit,
    kernels: fit.kernels.map(writeKernel),
    clusters: { leaves: writeKernel(leaves), parents: writeKernel(parents) },
    centres: writeFloats(fit.centres.values),
    parents: Array.from(fit.parents),
    leaf_weights: Array.from(fit.leaf_weights),
    parent_weights: Array.from(fit.parent_weights),
    bin_edges: Array.from(fit.bin_edges),
  });
}

/**
 * Reads what `serialiseFit` wrote and checks it against its own id, so that a fit of another version or a
 * damaged one is never used.
 * @throws DetectorError bad_fit
 */
export function parseFit(text: string): Fit {
  const fit = read(text);
  if (fitId(fit) !== fit.id) {
    throw new DetectorError('bad_fit', `The stored fit ${fit.id} is damaged or of another version.`);
  }
  return fit;
}

function read(text: string): Fit {
  try {
    const { kernels, clusters, centres, parents, leaf_weights, parent_weights, bin_edges, ...values } =
      JSON.parse(text) as StoredFit;
    const fit: Fit = {
      ...values,
      kernels: kernels.map(readKernel),
      clusters: { leaves: readKernel(clusters.leaves), parents: readKernel(clusters.parents) },
      centres: { dimension: values.dimension, values: readFloats(centres) },
      parents: Int32Array.from(parents),
      leaf_weights: Float64Array.from(leaf_weights),
      parent_weights: Float64Array.from(parent_weights),
      bin_edges: Float64Array.from(bin_edges),
    };
    if (fit.kernels.length !== bandwidths.length) throw new RangeError('Another number of kernels.');
    if (fit.parents.length * fit.dimension !== fit.centres.values.length) {
      throw new RangeError('Another number of leaves.');
    }
    if (fit.bin_edges.length !== novelty_bins - 1) throw new RangeError('Another number of bins.');
    return fit;
  } catch (cause) {
    throw new DetectorError('bad_fit', 'The stored fit could not be read.', { cause });
  }
}

type Lists = 'parents' | 'leaf_weights' | 'parent_weights' | 'bin_edges';
type StoredFit = Omit<Fit, 'kernels' | 'clusters' | 'centres' | Lists> & {
  kernels: StoredKernel[];
  clusters: Record<'leaves' | 'parents', StoredKernel>;
  centres: string;
} & Record<Lists, number[]>;

type StoredCells = Record<keyof PairCells, string>;
type StoredPairs = Omit<PairMoments, 'lengths' | 'within' | 'between'> & {
  lengths: string;
  within: StoredCells;
  between: StoredCells;
};
type StoredKernel = Omit<KernelFit, 'pairs'> & { pairs?: StoredPairs };

function writeKernel({ pairs, ...kernel }: KernelFit): StoredKernel {
  if (pairs === undefined) return kernel;
  const { lengths, within, between, ...numbers } = pairs;
  const cells = { within: writeCells(within), between: writeCells(between) };
  return { ...kernel, pairs: { ...numbers, lengths: writeFloats(lengths), ...cells } };
}

function readKernel({ pairs, ...kernel }: StoredKernel): KernelFit {
  if (pairs === undefined) return kernel;
  const { lengths, within, between, ...numbers } = pairs;
  const cells = { within: readCells(within), between: readCells(between) };
  return { ...kernel, pairs: { ...numbers, lengths: readFloats(lengths), ...cells } };
}

function writeCells({ products, squares }: PairCells): StoredCells {
  return { products: writeFloats(products), squares: writeFloats(squares) };
}

function readCells({ products, squares }: StoredCells): PairCells {
  return { products: readFloats(products), squares: readFloats(squares) };
}

function writeFloats({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

function readFloats(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
}
