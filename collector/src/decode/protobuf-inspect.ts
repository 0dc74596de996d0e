import { invalid_span_id, invalid_trace_id, invalidReference } from './ids.ts';
import { checkItems, checkParts, tooDeep, value_depth_max } from './limits.ts';
import { field_count, how, type Role, requests, type Shape } from './protobuf-shapes.ts';
import { ProtobufWalker } from './protobuf-walker.ts';
import type { Inspection, Rejection } from './records.ts';

/**
 * Finds out what the decoder will make of a request by the lengths alone: no text, number or record is made. It
 * throws where the decoder would throw, and limits how much the decoder will have to make.
 * @throws SextantError undecodable, too_large
 */
export function inspectProtobuf(body: Buffer, signal: keyof typeof requests): Inspection {
  const inspector = new Inspector(body);
  inspector.message(requests[signal]);
  return { items: inspector.items, rejections: inspector.rejections };
}

class Inspector {
  items = 0;
  readonly rejections: Rejection[] = [];
  readonly #reader: ProtobufWalker;
  #parts = 0;
  /** Spans, log records and points, also those that are refused. */
  #met = 0;
  // Of the span, log record or exemplar that is being looked at; these do not lie in each other.
  readonly #trace_id = new Place();
  readonly #span_id = new Place();
  readonly #parent_span_id = new Place();
  #body_too_deep = false;
  // Of the metric that is being looked at: its data, and what had been found before it.
  #data: Shape | null = null;
  #before = { items: 0, rejections: 0 };

  constructor(body: Buffer) {
    this.#reader = new ProtobufWalker(body);
  }

  /** Looks at what lies between the reader and its end. */
  message(shape: Shape): void {
    const reader = this.#reader;
    const start = reader.position;
    if (shape.role) this.#begin(shape);
    for (const kinds of shape.passes) {
      reader.position = start;
      while (reader.next())
        this.#field(shape, reader.field < field_count ? (kinds[reader.field] as number) : 0);
    }
    if (shape.role) this.#finish(shape.role);
  }

  #field(shape: Shape, kind: number): void {
    const reader = this.#reader;
    switch (kind) {
      case how.varint:
        reader.skipAs(0);
        break;
      case how.fixed64:
        reader.skipAs(1);
        break;
      case how.bytes:
        reader.skipAs(2);
        break;
      case how.attribute:
        this.#attribute();
        break;
      case how.message:
        this.#embedded(shape.messages[reader.field] as Shape);
        break;
      case how.trace_id:
        this.#trace_id.read(reader);
        break;
      case how.span_id:
        this.#span_id.read(reader);
        break;
      case how.parent_span_id:
        this.#parent_span_id.read(reader);
        break;
      case how.log_body:
        this.#body_too_deep = this.#value(0, this.#body_too_deep);
        break;
      case how.fixed64s:
        reader.skipFixed64s();
        break;
      case how.varints:
        this.#count(reader.skipVarints());
        break;
      default:
        reader.skip();
    }
  }

  #embedded(shape: Shape): void {
    const outer_end = this.#enter();
    this.message(shape);
    this.#reader.leave(outer_end);
  }

  #attribute(): void {
    const key = this.#entry(0);
    if (key) this.rejections.push(tooDeep(`attribute "${key.text(this.#reader.buffer).slice(0, 100)}"`));
  }

  /** Looks at a KeyValue; gives the place of its key if its value is nested too deeply. */
  #entry(depth: number): Place | null {
    const reader = this.#reader;
    const outer_end = this.#enter();
    let key_start = 0;
    let key_end = 0;
    let too_deep = false;
    while (reader.next()) {
      if (reader.field === 1) {
        key_start = reader.lengthDelimited();
        key_end = reader.position;
      } else if (reader.field === 2) too_deep = this.#value(depth, too_deep);
      else reader.skip();
    }
    reader.leave(outer_end);
    return too_deep ? new Place(key_start, key_end) : null;
  }

  /** Looks at an AnyValue; true if it is nested too deeply. `before` says it of the part given before. */
  #value(depth: number, before: boolean): boolean {
    const reader = this.#reader;
    const outer_end = this.#enter();
    let too_deep = before || depth > value_depth_max;
    while (depth <= value_depth_max && reader.next()) {
      const { field } = reader;
      if (field === 5 || field === 6) too_deep = this.#list(field, depth + 1);
      else if (field > 7) reader.skip();
      else {
        reader.skipAs(value_wire_types[field] ?? 2);
        too_deep = false;
      }
    }
    reader.leave(outer_end);
    return too_deep;
  }

  /** Looks at an ArrayValue (field 5 of AnyValue) or KeyValueList (6); true if it is nested too deeply. */
  #list(kind: 5 | 6, depth: number): boolean {
    const reader = this.#reader;
    const outer_end = this.#enter();
    let too_deep = false;
    while (reader.next()) {
      if (reader.field !== 1) reader.skip();
      else if (kind === 5 ? this.#value(depth, false) : this.#entry(depth)) too_deep = true;
    }
    reader.leave(outer_end);
    return too_deep;
  }

  #begin(shape: Shape): void {
    if (shape.role === 'metric') {
      this.#data = null;
      this.#before = { items: this.items, rejections: this.rejections.length };
    } else if (shape.role === 'data') {
      if (this.#data && this.#data !== shape) {
        this.items = this.#before.items;
        this.rejections.length = this.#before.rejections;
      }
      this.#data = shape;
    } else {
      this.#trace_id.clear();
      this.#span_id.clear();
      this.#parent_span_id.clear();
      this.#body_too_deep = false;
    }
  }

  #finish(role: Role): void {
    if (role === 'exemplar') this.#references('exemplar_trace_id', 'exemplar_span_id');
    if (role === 'log') {
      if (this.#body_too_deep) this.rejections.push(tooDeep('log body'));
      this.#references('log_trace_id', 'log_span_id');
    }
    if (role === 'span' || role === 'log' || role === 'point') {
      this.#met += 1;
      checkItems(this.#met);
      if (role !== 'span' || this.#isSpan()) this.items += 1;
    }
  }

  #isSpan(): boolean {
    const { buffer } = this.#reader;
    if (this.#parent_span_id.isInvalid(buffer, 8)) this.rejections.push(invalidReference('parent_span_id'));
    if (!this.#trace_id.isId(buffer, 16)) this.rejections.push(invalid_trace_id);
    else if (!this.#span_id.isId(buffer, 8)) this.rejections.push(invalid_span_id);
    else return true;
    return false;
  }

  #references(trace: 'log_trace_id' | 'exemplar_trace_id', span: 'log_span_id' | 'exemplar_span_id'): void {
    const { buffer } = this.#reader;
    if (this.#trace_id.isInvalid(buffer, 16)) this.rejections.push(invalidReference(trace));
    if (this.#span_id.isInvalid(buffer, 8)) this.rejections.push(invalidReference(span));
  }

  #enter(): number {
    this.#count(1);
    return this.#reader.enter();
  }

  #count(parts: number): void {
    this.#parts += parts;
    checkParts(this.#parts);
  }
}

/** Wire types of the fields of AnyValue; field 0 does not exist. */
const value_wire_types = [0, 2, 0, 0, 1, 2, 2, 2] as const;

/** Where an id or a text lies in the request. */
class Place {
  start: number;
  end: number;

  constructor(start = 0, end = 0) {
    this.start = start;
    this.end = end;
  }

  clear(): void {
    this.start = 0;
    this.end = 0;
  }

  read(reader: ProtobufWalker): void {
    this.start = reader.lengthDelimited();
    this.end = reader.position;
  }

  isId(buffer: Buffer, length: number): boolean {
    return this.end - this.start === length && !this.#isZero(buffer);
  }

  /** Neither an id nor empty or zero, which mean none. */
  isInvalid(buffer: Buffer, length: number): boolean {
    return this.end - this.start !== length && !this.#isZero(buffer);
  }

  text(buffer: Buffer): string {
    return buffer.toString('utf8', this.start, this.end);
  }

  #isZero(buffer: Buffer): boolean {
    for (let at = this.start; at < this.end; at++) if (buffer[at] !== 0) return false;
    return true;
  }
}
