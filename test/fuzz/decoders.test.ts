import fc from 'fast-check';
import { describe, it } from 'vitest';
import { properties } from './properties.ts';

/** The decoders against protobufjs. `npm run test:fuzz` does the same for as long as one likes. */
describe('the decoders', () => {
  it.each(Object.entries(properties))('agree with another decoder on %s', (_name, property) => {
    fc.assert(property, { seed: 20261121, numRuns: 300 });
  });
});
