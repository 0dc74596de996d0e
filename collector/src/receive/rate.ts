/**
 * A token bucket: so many a second, and ten seconds' worth at once after a pause.
 *
 * Something larger than the whole bucket passes when the bucket is full and leaves a debt, or it never could.
 */
export interface Rate {
  /** Milliseconds until that amount may pass; 0 when it may now. */
  waitFor(amount: number): number;
  take(amount: number): void;
}

export interface RateOptions {
  readonly per_second: number;
  /** Milliseconds of a clock that does not go back. */
  readonly now: () => number;
}

const burst_s = 10;

export function createRate({ per_second, now }: RateOptions): Rate {
  const capacity = per_second * burst_s;
  let tokens = capacity;
  let filled_ms = now();
  const fill = () => {
    const now_ms = now();
    tokens = Math.min(capacity, tokens + ((now_ms - filled_ms) / 1_000) * per_second);
    filled_ms = now_ms;
  };
  return {
    waitFor(amount) {
      fill();
      const missing = Math.min(amount, capacity) - tokens;
      return missing <= 0 ? 0 : (missing / per_second) * 1_000;
    },
    take(amount) {
      fill();
      tokens -= amount;
    },
  };
}
