/** What tests use of WebAssembly, which the ECMAScript library does not describe. */
interface WebAssemblyPlatform {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (pages: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: Readonly<Record<string, (...parameters: number[]) => void>> };
}

const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyPlatform };

export function isValid(bytes: Uint8Array): boolean {
  return WebAssembly.validate(bytes);
}

/** Calls one function of a module on one page of memory that begins with these numbers; gives back that memory. */
export function callOnMemory(
  bytes: Uint8Array,
  { name, parameters = [], before }: { name: string; parameters?: number[]; before?: ArrayBufferView },
): ArrayBuffer {
  const memory = new WebAssembly.Memory({ initial: 1 });
  if (before) new Uint8Array(memory.buffer).set(new Uint8Array(before.buffer));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { sextant: { memory } });
  exports[name]?.(...parameters);
  return memory.buffer;
}
