import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  decodeLogs,
  decodeMetrics,
  decodeTraces,
  inspectRequest,
} from '../../collector/src/decode/decode.ts';
import type { Rejection } from '../../collector/src/decode/records.ts';
import { SextantError } from '../../collector/src/errors.ts';
import { bodiesInParts, damagedBodies, requestBodies } from './generate.ts';
import { toJson } from './json.ts';
import { decodeByReference, type Expected, expectedOf } from './reference.ts';
import type { Plain, Signal } from './schema.ts';

/** What holds of the decoders for every body, by name. Each takes bodies of its own. */
export const properties: Readonly<Record<string, fc.IProperty<unknown>>> = Object.fromEntries(
  (['traces', 'logs', 'metrics'] as const).flatMap((signal) => [
    [`${signal} as protobuf`, fc.property(requestBodies(signal), (body) => holdsForValid(signal, body))],
    [`${signal} in parts`, fc.property(bodiesInParts(signal), (body) => holdsForValid(signal, body))],
    [
      `${signal} as JSON`,
      fc.property(requestBodies(signal), fc.nat(), (body, seed) => holdsForJson(signal, body, seed)),
    ],
    [`${signal}, damaged`, fc.property(damagedBodies(signal), (body) => holdsForAny(signal, body))],
    [
      `${signal}, damaged JSON`,
      fc.property(requestBodies(signal), fc.nat(), fc.nat(255), (body, seed, byte) =>
        holdsForDamagedJson(signal, body, { seed, byte }),
      ),
    ],
    [`${signal}, random`, fc.property(randomBodies(), (body) => holdsForAny(signal, body))],
  ]),
);

function randomBodies(): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
}

function holdsForValid(signal: Signal, body: Buffer): void {
  const ours = decode(signal, body, 'protobuf');
  if (ours instanceof SextantError) throw ours;
  compare(ours, expectedOf(signal, decodeByReference(signal, body)));
  holdsForInspection(signal, body, 'protobuf');
}

/** A body of any bytes. Where protobufjs decodes it too, the records are the same. */
function holdsForAny(signal: Signal, body: Buffer): void {
  holdsForInspection(signal, body, 'protobuf');
  const ours = decode(signal, body, 'protobuf');
  const request = decodeOrNull(signal, body);
  if (ours instanceof SextantError) {
    // Ours is stricter: a known field of another wire type is malformed, protobufjs takes it for unknown; and groups,
    // which OTLP does not have, are refused.
    if (request) assert.match(ours.message, /wire type/);
  } else if (request) compare(ours, expectedOf(signal, request));
  else {
    // Ours is laxer: it does not look into what is nested too deeply.
    assert(ours.rejections.some(({ reason }) => reason === 'attribute_too_deep'));
  }
}

function holdsForJson(signal: Signal, body: Buffer, seed: number): void {
  const request = decodeByReference(signal, body);
  const json = Buffer.from(toJson(signal, request, chooser(seed)));
  const ours = decode(signal, json, 'json');
  if (ours instanceof SextantError) throw ours;
  compare(ours, expectedOf(signal, request));
  holdsForInspection(signal, json, 'json');
}

function holdsForDamagedJson(
  signal: Signal,
  body: Buffer,
  { seed, byte }: { seed: number; byte: number },
): void {
  const json = Buffer.from(toJson(signal, decodeByReference(signal, body), chooser(seed)));
  json.writeUInt8(byte, seed % json.length);
  decode(signal, json, 'json');
  holdsForInspection(signal, json, 'json');
}

function holdsForInspection(signal: Signal, body: Buffer, content_type: 'protobuf' | 'json'): void {
  const ours = decode(signal, body, content_type);
  if (ours instanceof SextantError)
    assert.throws(() => inspectRequest({ signal, body, content_type }), { code: ours.code });
  else {
    const { items, rejections } = inspectRequest({ signal, body, content_type });
    assert.deepEqual({ items, rejections }, { items: ours.items.length, rejections: ours.rejections });
  }
}

interface Decoded {
  readonly items: readonly unknown[];
  readonly rejections: readonly Rejection[];
}

/** What our decoder makes of a body; its only error is `undecodable`. */
function decode(signal: Signal, body: Buffer, content_type: 'protobuf' | 'json'): Decoded | SextantError {
  try {
    if (signal === 'traces') {
      const { spans, rejections } = decodeTraces(body, content_type);
      return { items: spans, rejections };
    }
    if (signal === 'logs') {
      const { logs, rejections } = decodeLogs(body, content_type);
      return { items: logs, rejections };
    }
    const { points, rejections } = decodeMetrics(body, content_type);
    return { items: points, rejections };
  } catch (error) {
    if (error instanceof SextantError && error.code === 'undecodable') return error;
    throw error;
  }
}

function decodeOrNull(signal: Signal, body: Buffer): Plain | null {
  try {
    return decodeByReference(signal, body);
  } catch (error) {
    assert(error instanceof Error);
    return null;
  }
}

function compare(ours: Decoded, expected: Expected): void {
  assert.deepEqual(ours.items, expected.items);
  const rejections = ours.rejections.map(
    ({ reason, item_lost }) => `${reason}: ${item_lost ? 'lost' : 'kept'}`,
  );
  assert.deepEqual(rejections.sort(), expected.rejections);
}

/** Yes or no by a seed: xorshift. */
function chooser(seed: number): () => boolean {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state & 64) !== 0;
  };
}
