import { decodeAttribute } from './protobuf-attributes.ts';
import { ProtobufReader } from './protobuf-reader.ts';
import type { AttributeValue, Rejection, Resource, Scope, Surroundings } from './records.ts';

/**
 * Walks an export request of any signal and stops at each span, log record or metric: the reader is inside of it until
 * the next one is asked for. The three envelopes have the same field numbers: request 1 = resource item; resource item
 * 1 = resource, 2 = scope item; scope item 1 = scope, 2 = item, 3 = schema URL.
 */
export function* protobufItems(body: Buffer, rejections: Rejection[]): Generator<ProtobufItem> {
  const reader = new ProtobufReader(body);
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip();
      continue;
    }
    const outer_end = reader.enter();
    yield* itemsOfResource(reader, rejections);
    reader.leave(outer_end);
  }
}

export interface ProtobufItem {
  readonly reader: ProtobufReader;
  readonly around: Surroundings;
}

// Fields may come in any order, so the resource and the scope are read before the items that belong to them.
function* itemsOfResource(reader: ProtobufReader, rejections: Rejection[]): Generator<ProtobufItem> {
  const start = reader.position;
  const resource: Resource = { attributes: decodeResourceAttributes(reader, rejections) };
  reader.position = start;
  while (reader.next()) {
    if (reader.field !== 2) {
      reader.skip();
      continue;
    }
    const outer_end = reader.enter();
    yield* itemsOfScope(reader, resource, rejections);
    reader.leave(outer_end);
  }
}

function* itemsOfScope(
  reader: ProtobufReader,
  resource: Resource,
  rejections: Rejection[],
): Generator<ProtobufItem> {
  const start = reader.position;
  const scope = decodeScope(reader, rejections);
  reader.position = start;
  const item = { reader, around: { resource, scope } };
  while (reader.next()) {
    if (reader.field !== 2) {
      reader.skip();
      continue;
    }
    const outer_end = reader.enter();
    yield item;
    reader.leave(outer_end);
  }
}

function decodeResourceAttributes(
  reader: ProtobufReader,
  rejections: Rejection[],
): Map<string, AttributeValue> {
  const attributes = new Map<string, AttributeValue>();
  while (reader.next()) {
    if (reader.field !== 1) reader.skip();
    else
      inside(reader, () => {
        while (reader.next()) {
          if (reader.field === 1) decodeAttribute(reader, attributes, rejections);
          else reader.skip();
        }
      });
  }
  return attributes;
}

function decodeScope(reader: ProtobufReader, rejections: Rejection[]): Scope {
  const attributes = new Map<string, AttributeValue>();
  const scope = { name: '', version: '', schema_url: '', attributes };
  while (reader.next()) {
    if (reader.field === 3) scope.schema_url = reader.string();
    else if (reader.field !== 1) reader.skip();
    else
      inside(reader, () => {
        while (reader.next()) {
          if (reader.field === 1) scope.name = reader.string();
          else if (reader.field === 2) scope.version = reader.string();
          else if (reader.field === 3) decodeAttribute(reader, attributes, rejections);
          else reader.skip();
        }
      });
  }
  return scope;
}

function inside(reader: ProtobufReader, read: () => void): void {
  const outer_end = reader.enter();
  read();
  reader.leave(outer_end);
}
