import type { AttributeValue } from '../decode/records.ts';

/** Longer vectors are not read. */
const dimension_max = 65_536;

/** A vector of little-endian float32 in base64, or undefined when the text is not one of finite numbers. */
export function decodeVector(text: AttributeValue): Float32Array | undefined {
  if (typeof text !== 'string' || text.length > dimension_max * 6) return undefined;
  const bytes = Buffer.from(text, 'base64');
  // Characters that are not base64 are skipped by the decoder and show as missing bytes.
  if (bytes.length === 0 || bytes.length % 4 !== 0 || bytes.length !== Buffer.byteLength(text, 'base64')) {
    return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const vector = new Float32Array(bytes.length / 4);
  for (let i = 0; i < vector.length; i++) vector[i] = view.getFloat32(i * 4, true);
  return finite(vector);
}

/** A vector from an array of numbers, or undefined when it is not one of finite numbers. */
export function vectorOfNumbers(value: AttributeValue | undefined): Float32Array | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > dimension_max) return undefined;
  if (!value.every((item) => typeof item === 'number')) return undefined;
  return finite(Float32Array.from(value));
}

function finite(vector: Float32Array): Float32Array | undefined {
  return vector.every(Number.isFinite) ? vector : undefined;
}
