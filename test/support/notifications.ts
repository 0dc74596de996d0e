import fc from 'fast-check';
import type { Notification } from '../../collector/src/alerts/channels/channel.ts';

/** A notification with everything a notification can have. */
export const firing: Notification = {
  id: '5a1e5a1e5a1e5a1e_firing',
  type: 'alert.firing',
  time: '2026-11-21T12:10:00.000Z',
  alert: {
    alert_id: '5a1e5a1e5a1e5a1e',
    tenant: 'acme',
    rule: 'drift',
    state: 'firing',
    feature: 'embedding.user_message',
    slice: { prompt_version: 'v2' },
    summary: 'embedding.user_message drifted since noon.',
    since: '2026-11-21T12:00:00.000Z',
    resolved: null,
    verdict: {
      detector: 'test',
      n_reference: 5000,
      n_current: 500,
      p: 0.0003,
      effect: 0.23,
      effect_low: 0.18,
      effect_high: 0.27,
      why: 'A cluster about refunds grew.',
    },
    url: 'http://127.0.0.1:4318/alerts?alert=5a1e5a1e5a1e5a1e',
    example_trace_ids: ['0af7651916cd43dd8448eb211c80319c'],
    severity: 'critical',
    labels: { team: 'support' },
    annotations: { dashboard: 'https://grafana.example/d/1' },
    runbook_url: 'https://runbooks.example/drift?a=1&b=2',
    query: 'SELECT count(*) FROM spans WHERE a < 3 & b > 4',
    image_url: 'https://charts.example/5a1e.png',
    last_good_versions: { prompt: 'v1', adapter: 'support-7' },
  },
};

export const resolved: Notification = {
  ...firing,
  id: '5a1e5a1e5a1e5a1e_resolved',
  type: 'alert.resolved',
  time: '2026-11-21T12:20:00.000Z',
  alert: {
    ...firing.alert,
    state: 'resolved',
    summary: 'embedding.user_message is back.',
    resolved: '2026-11-21T12:20:00.000Z',
  },
};

export const trial: Notification = { ...resolved, id: 'test_1', type: 'alert.test' };

/** A notification with only what every notification has. */
export const bare: Notification = {
  ...firing,
  alert: {
    alert_id: 'b',
    tenant: '',
    rule: 'drift',
    state: 'firing',
    feature: '',
    slice: {},
    summary: '',
    since: firing.time,
    resolved: null,
    verdict: {},
    url: 'not an address',
    example_trace_ids: [],
  },
};

/** Two alerts that fire and one that has ended, and there are more. */
export const grouped: Notification = {
  ...firing,
  id: 'group_1',
  alert: { ...firing.alert, alert_id: 'group', summary: '2 alerts fire for acme.' },
  group: {
    labels: { alertname: 'drift', tenant: 'acme' },
    alerts: [
      firing.alert,
      { ...firing.alert, alert_id: 'second', slice: { prompt_version: 'v3' }, summary: 'Prompt v3 as well.' },
      { ...resolved.alert, alert_id: 'third', slice: { prompt_version: 'v1' } },
    ],
    truncated: 4,
  },
};

export const heartbeat: Notification = { ...trial, id: 'heartbeat_1', type: 'alert.heartbeat' };

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40_000 }),
  fc.string({ maxLength: 20 }),
  fc.constantFrom(
    '<!channel> & <https://evil.example|click>',
    '[click](https://evil.example)',
    '',
    '\u0000',
    '"%;',
  ),
  fc
    .tuple(fc.constantFrom('<', '&', '😀', 'ü', '\ud800'), fc.nat(5000))
    .map(([one, times]) => one.repeat(times)),
);
const address = fc.oneof(
  text,
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.constantFrom(
    'javascript:alert(1)',
    'https://a.example/?q=|>&<',
    `https://a.example/${'a'.repeat(5000)}`,
  ),
);

const strange_alert = fc.record({
  tenant: text,
  rule: text,
  summary: text,
  feature: text,
  slice: fc.dictionary(text, text, { maxKeys: 4 }),
  verdict: fc.dictionary(
    fc.oneof(text, fc.constantFrom('why', 'detector', 'p', 'effect')),
    fc.oneof(text, fc.double(), fc.array(text, { maxLength: 3 })),
    { maxKeys: 6 },
  ),
  url: address,
  example_trace_ids: fc.array(fc.oneof(text, fc.constant('a'.repeat(32))), { maxLength: 50 }),
  labels: fc.dictionary(text, text, { maxKeys: 4 }),
  annotations: fc.dictionary(text, text, { maxKeys: 4 }),
  runbook_url: fc.option(address, { nil: null }),
  query: fc.option(text, { nil: null }),
  image_url: fc.option(address, { nil: null }),
  last_good_versions: fc.dictionary(text, text, { minKeys: 1, maxKeys: 4 }),
  acknowledged_by: fc.option(text, { nil: null }),
});

const strange_group = fc.record({
  labels: fc.dictionary(text, text, { maxKeys: 3 }),
  alerts: fc.array(
    strange_alert.map((parts) => ({ ...firing.alert, ...parts })),
    { maxLength: 8 },
  ),
  truncated: fc.nat(1000),
});

/** Whatever a notification may hold: texts come from senders. */
export const strange_notification: fc.Arbitrary<Notification> = fc
  .tuple(strange_alert, fc.option(strange_group, { nil: null }))
  .map(([parts, group]) => ({
    ...firing,
    alert: { ...firing.alert, ...parts },
    ...(group !== null && { group }),
  }));
