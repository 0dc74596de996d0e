import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAdmission, type Lease } from '../../../collector/src/receive/admission.ts';
import { createRate } from '../../../collector/src/receive/rate.ts';
import { RetryLater } from '../../../collector/src/receive/refusal.ts';

const unlimited = { tenant_bytes_per_second: 0, tenant_requests_per_second: 0, now: () => 0 };

function refusal(work: () => unknown): RetryLater {
  try {
    work();
  } catch (error) {
    if (error instanceof RetryLater) return error;
  }
  throw new Error('It was not refused.');
}

describe('admission', () => {
  it('holds no more bytes than its budget, and none when all are released', () => {
    const step = fc.record({ size: fc.nat(2_000), announced: fc.boolean(), release: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const admission = createAdmission({ ...unlimited, in_flight_bytes_max: 3_000 });
        const leases: Lease[] = [];
        for (const { size, announced, release } of steps) {
          if (release) leases.shift()?.release();
          try {
            const lease = admission.admit({ tenant: 'a', announced_bytes: announced ? size : null });
            leases.push(lease);
            if (!announced) lease.take(size);
          } catch (error) {
            expect(error).toMatchObject({ code: 'overloaded' });
          }
          expect(admission.inFlightBytes()).toBeLessThanOrEqual(3_000);
        }
        for (const lease of leases) lease.release();
        for (const lease of leases) lease.release();
        expect(admission.inFlightBytes()).toBe(0);
      }),
      { seed: 41 },
    );
  });

  it('takes a body larger than the whole budget alone', () => {
    const admission = createAdmission({ ...unlimited, in_flight_bytes_max: 10 });
    const lease = admission.admit({ tenant: 'a', announced_bytes: 50 });
    expect(refusal(() => admission.admit({ tenant: 'a', announced_bytes: 1 })).code).toBe('overloaded');
    lease.release();
    admission.admit({ tenant: 'a', announced_bytes: 1 });
  });

  it('holds the expected bytes until the size is known, and more only beyond them', () => {
    const admission = createAdmission({ ...unlimited, in_flight_bytes_max: 1_000 });
    const lease = admission.admit({ tenant: 'a', announced_bytes: null, expected_bytes: 400 });
    expect(admission.inFlightBytes()).toBe(400);
    lease.take(300);
    expect(admission.inFlightBytes()).toBe(400);
    lease.take(300);
    expect(admission.inFlightBytes()).toBe(600);
    expect(refusal(() => lease.take(500)).code).toBe('overloaded');
    lease.release();
    expect(admission.inFlightBytes()).toBe(0);
  });

  it('limits each tenant by itself', () => {
    const admission = createAdmission({
      ...unlimited,
      in_flight_bytes_max: 1e9,
      tenant_bytes_per_second: 100,
    });
    admission.admit({ tenant: 'a', announced_bytes: 1_000 });
    expect(refusal(() => admission.admit({ tenant: 'a', announced_bytes: 200 }))).toMatchObject({
      code: 'rate_limited',
      retry_after_s: 2,
    });
    admission.admit({ tenant: 'b', announced_bytes: 1_000 });
  });

  it('lets chunks of one body leave a debt, which the next request waits for', () => {
    let now_ms = 0;
    const admission = createAdmission({
      ...unlimited,
      now: () => now_ms,
      in_flight_bytes_max: 1e9,
      tenant_bytes_per_second: 100,
    });
    admission.admit({ tenant: 'a', announced_bytes: null }).take(1_500);
    expect(refusal(() => admission.admit({ tenant: 'a', announced_bytes: null })).retry_after_s).toBe(5);
    now_ms = 5_000;
    admission.admit({ tenant: 'a', announced_bytes: null });
  });
});

describe('rate', () => {
  it('passes a full burst, then as much as time refills', () => {
    let now_ms = 0;
    const rate = createRate({ per_second: 10, now: () => now_ms });
    expect(rate.waitFor(100)).toBe(0);
    rate.take(100);
    expect(rate.waitFor(1)).toBe(100);
    now_ms = 100;
    expect(rate.waitFor(1)).toBe(0);
    now_ms = 1e9;
    rate.take(100);
    expect(rate.waitFor(10)).toBe(1_000);
  });

  it('passes something larger than a burst when the bucket is full', () => {
    const rate = createRate({ per_second: 10, now: () => 0 });
    expect(rate.waitFor(1_000)).toBe(0);
    rate.take(1_000);
    expect(rate.waitFor(1)).toBe(90_100);
  });

  it('never passes more than the burst and the time that went by, whatever is asked for', () => {
    const ask = fc.record({ pause_ms: fc.nat(3_000), amount: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(fc.array(ask, { minLength: 1, maxLength: 100 }), (asked) => {
        let now_ms = 0;
        let passed = 0;
        const rate = createRate({ per_second: 10, now: () => now_ms });
        for (const { pause_ms, amount } of asked) {
          now_ms += pause_ms;
          const wait_ms = rate.waitFor(amount);
          if (wait_ms > 0) now_ms += wait_ms;
          // What it said to wait is enough, but for the rounding of doubles.
          expect(rate.waitFor(amount)).toBeLessThan(1e-6);
          rate.take(amount);
          passed += amount;
          expect(passed).toBeLessThanOrEqual(100 + now_ms / 100 + 1e-6);
        }
      }),
      { seed: 42 },
    );
  });
});
