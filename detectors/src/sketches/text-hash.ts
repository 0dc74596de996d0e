/**
 * FNV-1a of a text's UTF-16 units, 32 bits (Fowler, Noll and Vo; draft-eastlake-fnv), with the finaliser of
 * MurmurHash3 because the low bits alone are poorly mixed. The same on every machine.
 */
export function hashText(text: string, seed: number): number {
  let hashed = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    hashed = Math.imul(hashed ^ (unit & 0xff), 0x01000193);
    hashed = Math.imul(hashed ^ (unit >>> 8), 0x01000193);
  }
  hashed = Math.imul(hashed ^ (hashed >>> 16), 0x85ebca6b);
  hashed = Math.imul(hashed ^ (hashed >>> 13), 0xc2b2ae35);
  return (hashed ^ (hashed >>> 16)) >>> 0;
}
