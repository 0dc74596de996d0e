/**
 * Gives the memory of a buffer back at once; nobody may hold the buffer, or a part of it, any longer.
 *
 * Left to the garbage collector, bodies of megabytes and the pieces they come in make it mark its whole heap every
 * thirty requests, which takes half of the processor time of receiving them.
 */
export function giveBack({ buffer, byteLength }: Buffer): void {
  if (!(buffer instanceof ArrayBuffer)) return;
  // Small buffers may be parts of memory that they share.
  if (buffer.byteLength > Buffer.poolSize || byteLength === buffer.byteLength) buffer.transfer(0);
}
