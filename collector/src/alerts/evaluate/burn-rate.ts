import type { BurnWindow } from '../rules/rule.ts';
import { wilsonLow } from './wilson.ts';

/** Events of one step of time. */
export interface Step {
  /** Start, milliseconds since 1970. */
  readonly time_ms: number;
  readonly bad: number;
  readonly total: number;
}

export interface Burn {
  readonly window: BurnWindow;
  /** How many times as fast as the objective allows. */
  readonly long_rate: number;
  /** Its lower bound, 95 %. */
  readonly long_low: number;
  readonly short_rate: number;
  readonly bad: number;
  readonly total: number;
  readonly is_burning: boolean;
}

interface BurnRequest {
  readonly steps: readonly Step[];
  readonly windows: readonly BurnWindow[];
  /** Share of events that are to be good. */
  readonly objective: number;
  readonly bad_min: number;
  /** End of the windows, exclusive. */
  readonly to_ms: number;
}

/**
 * How fast the error budget burns: the share of bad events over the share the objective allows, in pairs of windows.
 * A pair burns when both of its windows reach the factor: the long one shows that it matters, the short one that it
 * still goes on. With little traffic a few bad events are a large share, so the long window must reach the factor at
 * the lower bound of its share as well, with at least `bad_min` bad events.
 * Source: Google, The Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts".
 */
export function burnRates({ steps, windows, objective, bad_min, to_ms }: BurnRequest): Burn[] {
  const allowed = 1 - objective;
  return windows.map((window) => {
    const long = sum(steps, to_ms - window.long_ms, to_ms);
    const short = sum(steps, to_ms - window.short_ms, to_ms);
    const rates = {
      long_rate: share(long) / allowed,
      long_low: wilsonLow(long.bad, long.total) / allowed,
      short_rate: share(short) / allowed,
    };
    const is_burning =
      long.bad >= bad_min &&
      atLeast(rates.long_low, window.factor) &&
      atLeast(rates.short_rate, window.factor);
    return { window, ...rates, ...long, is_burning };
  });
}

function sum(steps: readonly Step[], from_ms: number, to_ms: number) {
  let [bad, total] = [0, 0];
  for (const step of steps) {
    if (step.time_ms < from_ms || step.time_ms >= to_ms) continue;
    bad += step.bad;
    total += step.total;
  }
  return { bad, total };
}

function share({ bad, total }: { readonly bad: number; readonly total: number }): number {
  return total === 0 ? 0 : bad / total;
}

/** 1 − 0.999 is not 0.001 to the last bit. */
function atLeast(rate: number, factor: number): boolean {
  return rate >= factor * (1 - 1e-9);
}
