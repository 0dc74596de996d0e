/**
 * Instructions by their names in the text format (WebAssembly core specification 2.0, section 5.4). Those that
 * begin with 0xfd are vector instructions; what follows is their number as LEB128.
 */
export const opcodes = {
  loop: [0x03],
  end: [0x0b],
  br_if: [0x0d],
  'local.get': [0x20],
  'local.set': [0x21],
  'i32.store': [0x36],
  'i32.const': [0x41],
  'f64.const': [0x44],
  'i32.lt_u': [0x49],
  'i32.add': [0x6a],
  'v128.load': [0xfd, 0x00],
  'v128.load64_splat': [0xfd, 0x0a],
  'v128.store': [0xfd, 0x0b],
  'i8x16.shuffle': [0xfd, 0x0d],
  'f64x2.splat': [0xfd, 0x14],
  'i32x4.extract_lane': [0xfd, 0x1b],
  'v128.xor': [0xfd, 0x51],
  'f64x2.floor': [0xfd, 0x75],
  'i32x4.add': [0xfd, 0xae, 0x01],
  'i32x4.dot_i16x8_s': [0xfd, 0xba, 0x01],
  'f64x2.abs': [0xfd, 0xec, 0x01],
  'f64x2.add': [0xfd, 0xf0, 0x01],
  'f64x2.sub': [0xfd, 0xf1, 0x01],
  'f64x2.mul': [0xfd, 0xf2, 0x01],
} as const satisfies Readonly<Record<string, readonly number[]>>;

export type OpcodeName = keyof typeof opcodes;
