import { type OpcodeName, opcodes } from './opcodes.ts';

/**
 * A small assembler for WebAssembly (core specification 2.0, section 5, binary format): enough for loops over
 * vectors in memory. Code is written from the inside out like the folded text format: an instruction follows
 * the code of its operands.
 */
export type Code = readonly number[];

export type ValueType = keyof typeof value_types;
const value_types = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const;

/** A parameter or a local of the function that is being written. */
export interface Local {
  readonly get: Code;
  set(value: Code): Code;
}

/** What a kernel declares its locals with; parameters come first. */
export interface Scope {
  local(type: ValueType): Local;
}

export interface Kernel<Parameter extends string = string> {
  readonly name: string;
  /** In the order in which they are handed over. */
  readonly parameters: Readonly<Record<Parameter, ValueType>>;
  /** The code of the function, which returns nothing: its results are in memory. */
  body(parameters: Readonly<Record<Parameter, Local>>, scope: Scope): Code;
}

/** A kernel as given; names of its parameters are checked. */
export function kernel<Parameter extends string>(given: Kernel<Parameter>): Kernel {
  return given;
}

export function op(name: OpcodeName, ...operands: readonly Code[]): Code {
  return [...operands.flat(), ...opcodes[name]];
}

/** Reads a vector; addresses and offsets are in bytes. */
export function load(address: Code, offset = 0): Code {
  return [...address, ...opcodes['v128.load'], ...memoryArgument(offset)];
}

/** Reads one double into both lanes. */
export function loadBoth(address: Code): Code {
  return [...address, ...opcodes['v128.load64_splat'], ...memoryArgument(0)];
}

/** Writes a vector, or with `i32.store` an integer. */
export function store(
  address: Code,
  value: Code,
  { offset = 0, as = 'v128.store' }: { offset?: number; as?: 'v128.store' | 'i32.store' } = {},
): Code {
  return [...address, ...value, ...opcodes[as], ...memoryArgument(offset)];
}

export function i32(value: number): Code {
  return [...opcodes['i32.const'], ...signed(value)];
}

/** Both lanes hold the value. */
export function f64x2(value: number): Code {
  const bytes = new Uint8Array(Float64Array.of(value).buffer);
  return op('f64x2.splat', [...opcodes['f64.const'], ...bytes]);
}

/** Sixteen bytes chosen from those of `a` (0 to 15) and `b` (16 to 31). */
export function shuffle(a: Code, b: Code, bytes: readonly number[]): Code {
  return [...op('i8x16.shuffle', a, b), ...bytes];
}

export function extractLane(value: Code, lane: number): Code {
  return [...op('i32x4.extract_lane', value), lane];
}

/** Moves an address on by so many bytes. */
export function advance(address: Local, bytes: number): Code {
  return address.set(op('i32.add', address.get, i32(bytes)));
}

/** Repeats the body while the condition, read after each time, is not 0: it runs at least once. */
export function repeatWhile(body: Code, condition: Code): Code {
  return [...opcodes['loop'], no_result, ...body, ...condition, ...opcodes['br_if'], 0, ...opcodes['end']];
}

/** The module of some kernels, which all work on the memory it imports as `sextant.memory`. */
export function assemble(kernels: readonly Kernel[]): Uint8Array<ArrayBuffer> {
  const indices = kernels.map((_, index) => unsigned(index));
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, kernels.map(functionType)),
    ...section(2, [[...text('sextant'), ...text('memory'), 0x02, 0x00, ...unsigned(1)]]),
    ...section(3, indices),
    ...section(
      7,
      kernels.map(({ name }, index) => [...text(name), 0x00, ...(indices[index] as Code)]),
    ),
    ...section(10, kernels.map(functionBody)),
  ]);
}

const no_result = 0x40;

function functionType({ parameters }: Kernel): Code {
  return [0x60, ...list(Object.values(parameters).map((type) => [value_types[type]])), ...list([])];
}

function functionBody({ parameters, body }: Kernel): Code {
  const locals: ValueType[] = [];
  const at = (index: number): Local => ({
    get: [...opcodes['local.get'], ...unsigned(index)],
    set: (value) => [...value, ...opcodes['local.set'], ...unsigned(index)],
  });
  const names = Object.keys(parameters);
  const scope: Scope = { local: (type) => at(names.length + locals.push(type) - 1) };
  const code = body(Object.fromEntries(names.map((name, index) => [name, at(index)])), scope);
  const declared = list(locals.map((type) => [...unsigned(1), value_types[type]]));
  return sized([...declared, ...code, ...opcodes['end']]);
}

function section(id: number, entries: readonly Code[]): Code {
  return [id, ...sized(list(entries))];
}

function list(entries: readonly Code[]): Code {
  return [...unsigned(entries.length), ...entries.flat()];
}

function sized(bytes: Code): Code {
  return [...unsigned(bytes.length), ...bytes];
}

function text(value: string): Code {
  return sized([...new TextEncoder().encode(value)]);
}

/** Alignment 1: vectors need not be aligned, though ours are. */
function memoryArgument(offset: number): Code {
  return [0x00, ...unsigned(offset)];
}

/** LEB128, seven bits a byte, the lowest first. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** LEB128 of a 32-bit integer in two's complement; bit 6 of the last byte is the sign. */
function signed(value: number): Code {
  const rest = value >> 7;
  const last = (rest === 0 && (value & 0x40) === 0) || (rest === -1 && (value & 0x40) !== 0);
  return last ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(rest)];
}
