import { createRate, type Rate } from './rate.ts';
import { RetryLater } from './refusal.ts';

/**
 * Decides what may come in before it is read: bytes under way of all senders together, bytes and requests a
 * second of each tenant. Both protocols share one.
 */
export interface Admission {
  /** @throws SextantError overloaded, rate_limited */
  admit(request: AdmissionRequest): Lease;
  inFlightBytes(): number;
}

export interface AdmissionRequest {
  readonly tenant: string;
  /** Null where the size is known at the end only; then the bytes are counted as they arrive. */
  readonly announced_bytes: number | null;
  /** Bytes held under way before any of a body without announcement arrives. */
  readonly expected_bytes?: number;
}

export interface Lease {
  /**
   * Counts bytes that were not announced. Those of a tenant may leave a debt, because a body cut off in the
   * middle would come again and be cut off again.
   * @throws SextantError overloaded
   */
  take(bytes: number): void;
  /** Gives the bytes back: the request is answered. */
  release(): void;
}

export interface AdmissionLimits {
  readonly in_flight_bytes_max: number;
  /** 0 is no limit. */
  readonly tenant_bytes_per_second: number;
  /** 0 is no limit. */
  readonly tenant_requests_per_second: number;
}

export interface AdmissionOptions extends AdmissionLimits {
  /** Milliseconds of a clock that does not go back. */
  readonly now: () => number;
}

export function createAdmission(options: AdmissionOptions): Admission {
  const rates = createTenantRates(options);
  let in_flight = 0;

  function reserve(bytes: number): void {
    // A body larger than the whole budget is taken when nothing else is under way, or it never could be.
    if (in_flight > 0 && in_flight + bytes > options.in_flight_bytes_max)
      throw new RetryLater('overloaded', busy_pause_s);
    in_flight += bytes;
  }

  return {
    admit({ tenant, announced_bytes, expected_bytes = 0 }) {
      const bytes = announced_bytes ?? 0;
      let held = announced_bytes ?? expected_bytes;
      let spare = held - bytes;
      rates.check(tenant, { requests: 1, bytes });
      reserve(held);
      rates.charge(tenant, { requests: 1, bytes });
      return {
        take(more) {
          const beyond = Math.max(0, more - spare);
          reserve(beyond);
          held += beyond;
          spare += beyond - more;
          rates.charge(tenant, { requests: 0, bytes: more });
        },
        release() {
          in_flight -= held;
          held = 0;
        },
      };
    },
    inFlightBytes: () => in_flight,
  };
}

const busy_pause_s = 1;

interface Amount {
  readonly requests: number;
  readonly bytes: number;
}

// Tenants come from credentials, so there are no more of them than the operator made.
function createTenantRates({ now, ...limits }: AdmissionOptions) {
  const tenants = new Map<string, { readonly requests: Rate | null; readonly bytes: Rate | null }>();
  const rateOf = (per_second: number) => (per_second > 0 ? createRate({ per_second, now }) : null);

  function ratesOf(tenant: string) {
    const known = tenants.get(tenant);
    if (known) return known;
    const rates = {
      requests: rateOf(limits.tenant_requests_per_second),
      bytes: rateOf(limits.tenant_bytes_per_second),
    };
    tenants.set(tenant, rates);
    return rates;
  }

  return {
    check(tenant: string, { requests, bytes }: Amount): void {
      const rates = ratesOf(tenant);
      const wait_ms = Math.max(rates.requests?.waitFor(requests) ?? 0, rates.bytes?.waitFor(bytes) ?? 0);
      if (wait_ms > 0)
        throw new RetryLater(
          'rate_limited',
          Math.ceil(wait_ms / 1_000),
          'The tenant sends more than it may.',
        );
    },
    charge(tenant: string, { requests, bytes }: Amount): void {
      const rates = ratesOf(tenant);
      rates.requests?.take(requests);
      rates.bytes?.take(bytes);
    },
  };
}
