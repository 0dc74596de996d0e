import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWrongKeys, networkOf } from '../../../collector/src/access/wrong-keys.ts';
import { bearer, keyring } from './support.ts';

const per_minute = 30;
const wrong = bearer(`sx_${'0'.repeat(12)}_${'0'.repeat(40)}`);
const throttled = expect.objectContaining({ code: 'too_many_wrong_keys' });

describe('an address that sends many wrong keys', () => {
  /** An access that has refused as many wrong keys of one address as it looks at in a minute. */
  function worn(given: { key?: string } = {}) {
    const ring = keyring();
    const { authenticate } = ring.access({ host: '0.0.0.0', key: given.key ?? null });
    for (let time = 0; time < per_minute; time++) expect(authenticate(wrong, '192.0.2.1')).toBeNull();
    return { ...ring, authenticate };
  }

  it('is told to wait until the minute is over, and then looked at again', () => {
    const { authenticate, clock, log } = worn();
    clock.ms += 12_345;
    expect(() => authenticate(wrong, '192.0.2.1')).toThrow(
      expect.objectContaining({ code: 'too_many_wrong_keys', retry_after_s: 48 }),
    );
    expect(log.lines).toEqual([expect.stringMatching(/^warn Many wrong keys .*192\.0\.2\.1/)]);
    clock.ms += 47_655;
    expect(authenticate(wrong, '192.0.2.1')).toBeNull();
  });

  it('is let in with a right key all the same, and holds up no other address', () => {
    const { authenticate, make } = worn();
    const { text } = make();
    expect(authenticate(bearer(text), '192.0.2.1')).not.toBeNull();
    expect(() => authenticate(wrong, '192.0.2.1')).toThrow(throttled);
    expect(authenticate(wrong, '192.0.2.2')).toBeNull();
    expect(authenticate(undefined, '192.0.2.1')).toBeNull();
  });

  it('is let in with a SEXTANT_KEY nobody can guess, and is not told of one that could be', () => {
    const long = 'x'.repeat(22);
    expect(worn({ key: long }).authenticate(bearer(long), '192.0.2.1')).not.toBeNull();
    const { authenticate, clock } = worn({ key: 'hunter2' });
    expect(() => authenticate(bearer('hunter2'), '192.0.2.1')).toThrow(throttled);
    expect(authenticate(bearer('hunter2'), '192.0.2.2')).not.toBeNull();
    clock.ms += 60_000;
    expect(authenticate(bearer('hunter2'), '192.0.2.1')).not.toBeNull();
  });
});

describe('what is remembered', () => {
  it('is of so many addresses at most: the oldest is forgotten', () => {
    let now_ms = 0;
    const keys = createWrongKeys({ now: () => now_ms, addresses_max: 3 });
    const wear = (address: string) => {
      for (let time = 0; time < per_minute; time++) keys.note(address);
    };
    for (const address of ['a', 'b', 'c']) wear(address);
    expect(['a', 'b', 'c'].map((address) => keys.waitFor(address))).toEqual([60, 60, 60]);
    keys.note('d');
    expect(['a', 'b', 'c', 'd'].map((address) => keys.waitFor(address))).toEqual([0, 60, 60, 0]);
    now_ms = 60_000;
    expect(keys.waitFor('b')).toBe(0);
  });

  it('never says to wait longer than a minute, nor less than a second while it refuses', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { minLength: per_minute + 1, maxLength: 200 }), (pauses) => {
        let now_ms = 0;
        const keys = createWrongKeys({ now: () => now_ms });
        let noted = 0;
        for (const pause_ms of pauses) {
          now_ms += pause_ms;
          const wait_s = keys.waitFor('a');
          expect(wait_s === 0 || (wait_s >= 1 && wait_s <= 60)).toBe(true);
          if (wait_s > 0) continue;
          keys.note('a');
          noted += 1;
        }
        expect(noted).toBeLessThanOrEqual(per_minute * (1 + Math.floor(now_ms / 60_000)));
      }),
      { seed: 1 },
    );
  });
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::6', '2001:db8:0:0'],
  ['2001:db8:1:2::', '2001:db8:1:2'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['', ''],
])('%s belongs to %s', (address, network) => expect(networkOf(address)).toBe(network));
