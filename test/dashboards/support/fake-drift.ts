import type { Alert, DriftFeature, VerdictPoint } from '../../../dashboards/web/src/api/client.ts';
import { createRandom } from './random.ts';

const hour_ms = 3_600_000;
const wanted = { fit: 2_000, reference: 5_000, window: 500 };

/** Three features, one in each phase; the watched one drifts in the last ten hours. */
export function fakeDrift(now: number) {
  const all = verdictsOf({ key: 'all', value: 'all', drifts: true }, now);
  const slices = [
    { key: 'service', value: 'airline-support', count: 41_200 },
    { key: 'service', value: 'airline-support-canary', count: 9_800 },
    { key: 'prompt_version', value: '2026-11-20', count: 12_400 },
  ];
  const features: DriftFeature[] = [
    {
      feature: 'embedding.user_message',
      phase: 'watching',
      n_fit: 2_000,
      n_reference: 5_000,
      n_window: 312,
      wanted,
      tolerance: 0.02,
      slices,
      encoder: 'text-embedding-3-small',
      last_verdict: all.at(-1) ?? null,
    },
    {
      ...{ feature: 'embedding.output', phase: 'reference', n_fit: 2_000, n_reference: 1_830, n_window: 0 },
      ...{ wanted, tolerance: 0.02, slices: [], encoder: 'text-embedding-3-small', last_verdict: null },
    },
    {
      ...{ feature: 'embedding.search_query', phase: 'fitting', n_fit: 640, n_reference: 0, n_window: 0 },
      ...{ wanted, tolerance: 0.02, slices: [], encoder: 'bge-small-en', last_verdict: null },
    },
  ];
  const sliced = slices.flatMap(({ key, value }) =>
    verdictsOf({ key, value, drifts: value.endsWith('20') }, now),
  );
  return { features, verdicts: [...all, ...sliced] };
}

function verdictsOf(slice: { key: string; value: string; drifts: boolean }, now: number): VerdictPoint[] {
  const random = createRandom(slice.value.length);
  return Array.from({ length: 72 }, (_, index) => {
    const is_moved = slice.drifts && index > 61;
    const effect = is_moved ? 0.06 + 0.012 * (index - 61) + random() * 0.02 : random() * 0.016;
    const is_short = index === 20;
    const end_ms = now - (71 - index) * hour_ms;
    return {
      feature: 'embedding.user_message',
      slice_key: slice.key,
      slice_value: slice.value,
      detector: 'mixture_share',
      window_start: new Date(end_ms - hour_ms).toISOString(),
      window_end: new Date(end_ms).toISOString(),
      n_reference: 5_000,
      n_current: is_short ? 31 : 500 + Math.floor(random() * 80),
      statistic: is_short ? null : effect * 180,
      p: is_short ? null : is_moved ? 0.00002 : 0.05 + random() * 0.9,
      effect: is_short ? null : effect,
      effect_low: is_short ? null : Math.max(0, effect - 0.018),
      effect_high: is_short ? null : effect + 0.02,
      drifted: is_moved,
      why: explain({ is_short, is_moved, effect }),
    };
  });
}

function explain({
  is_short,
  is_moved,
  effect,
}: {
  is_short: boolean;
  is_moved: boolean;
  effect: number;
}): string {
  if (is_short) return 'Only 31 vectors came before the window closed; 100 are needed to decide.';
  if (is_moved)
    return `About ${(effect * 100).toFixed(0)} % of messages are unlike the reference, above the tolerance of 2 %.`;
  return 'The window looks like the reference.';
}

const query =
  'sextant detect --from 2026-11-20T10:00Z --to 2026-11-20T11:00Z --feature embedding.user_message';

export function fakeAlerts(
  now: number,
  example_trace_ids: string[],
  verdicts: readonly VerdictPoint[],
): Alert[] {
  const verdict = verdicts.findLast(({ drifted }) => drifted) ?? null;
  const common = {
    rule: 'drift',
    feature: 'embedding.user_message',
    slice_key: 'all',
    slice_value: 'all',
    verdict,
    ...{ severity: 'warning' as const, acknowledged: null, mute: null, runbook_url: null, query },
  };
  const channel = { type: 'alert.firing', last_error: null, next_attempt: null };
  return [
    {
      ...common,
      alert_id: 'a1',
      state: 'firing',
      summary: 'embedding.user_message drifted: about 17 % of messages are unlike the reference.',
      since: new Date(now - 10 * hour_ms).toISOString(),
      resolved: null,
      example_trace_ids,
      notifications: [
        { ...channel, sequence: 1, channel: 'webhook', state: 'delivered', attempts: 1 },
        {
          ...channel,
          sequence: 2,
          channel: 'pagerduty',
          state: 'pending',
          attempts: 3,
          last_error: 'The receiver answered 503.',
          next_attempt: new Date(now + 120_000).toISOString(),
        },
      ],
    },
    {
      ...common,
      alert_id: 'a2',
      state: 'resolved',
      slice_key: 'prompt_version',
      slice_value: '2026-11-03',
      summary: '<b>embedding.user_message</b> drifted for prompt_version 2026-11-03.',
      since: new Date(now - 60 * hour_ms).toISOString(),
      resolved: new Date(now - 51 * hour_ms).toISOString(),
      example_trace_ids: example_trace_ids.slice(0, 1),
      notifications: [
        {
          ...channel,
          sequence: 3,
          channel: 'webhook',
          state: 'dead',
          attempts: 12,
          last_error: 'getaddrinfo ENOTFOUND hooks.example',
        },
      ],
    },
  ];
}
