import { DetectorError } from '../errors.ts';
import { type Fit, fitId } from './fit.ts';
import { bandwidths, novelty_bins } from './layout.ts';

/** The fit as JSON text, with vectors as little-endian float32 in base64. */
export function serialiseFit(fit: Fit): string {
  return JSON.stringify({
    ...fit,
    centres: Buffer.from(fit.centres.values.buffer).toString('base64'),
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
    const { centres, parents, leaf_weights, parent_weights, bin_edges, ...values } = JSON.parse(
      text,
    ) as StoredFit;
    const bytes = Uint8Array.from(Buffer.from(centres, 'base64'));
    const fit: Fit = {
      ...values,
      centres: { dimension: values.dimension, values: new Float32Array(bytes.buffer) },
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
type StoredFit = Omit<Fit, 'centres' | Lists> & { centres: string } & Record<Lists, number[]>;
