import type { Verdict } from '@sextant/detectors';
import type { VerdictContext } from '../../../collector/src/alerts/alert.ts';

const MINUTE_US = 60_000_000;
const midnight_us = Date.UTC(2026, 10, 21) * 1000;

export const drifted: Verdict = {
  detector: 'test',
  n_reference: 5000,
  n_current: 512,
  statistic: 3.1,
  p: 0.0003,
  effect: 0.23,
  effect_low: 0.18,
  effect_high: 0.29,
  drifted: true,
  why: 'The window is unlike its reference.',
};
export const stable: Verdict = {
  ...drifted,
  p: 0.4,
  effect: 0,
  effect_low: 0,
  effect_high: 0.01,
  drifted: false,
};
export const too_little: Verdict = { ...stable, p: null, effect: null, effect_low: null, effect_high: null };

/** The window that ends `minute` minutes after midnight. */
export function contextOf(minute: number, more: Partial<VerdictContext> = {}): VerdictContext {
  return {
    tenant: 'acme',
    rule: 'drift',
    feature: 'embedding.user_message',
    slice_key: 'prompt_version',
    slice_value: 'v2',
    window_start_us: midnight_us + (minute - 1) * MINUTE_US,
    window_end_us: midnight_us + minute * MINUTE_US,
    example_trace_ids: ['0af7651916cd43dd8448eb211c80319c'],
    ...more,
  };
}
