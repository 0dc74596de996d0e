import type { Stats, StoreStats } from './stats.ts';

/** The collector's own figures in the Prometheus text format 0.0.4. */
export function renderMetrics(stats: Stats, store: StoreStats | null): string {
  const { logs, metrics } = stats.signals;
  const lines = [
    ...metric('sextant_spans_accepted_total', 'counter', 'Spans acknowledged.', stats.accepted),
    ...metric('sextant_spans_stored_total', 'counter', 'Spans stored.', stats.stored),
    ...metric('sextant_spans_rejected_total', 'counter', 'Spans refused for good.', stats.rejected),
    ...metric(
      'sextant_spans_duplicated_total',
      'counter',
      'Spans that were stored before.',
      stats.duplicated,
    ),
    ...metric('sextant_log_records_accepted_total', 'counter', 'Log records acknowledged.', logs.accepted),
    ...metric(
      'sextant_log_records_rejected_total',
      'counter',
      'Log records refused for good.',
      logs.rejected,
    ),
    ...metric(
      'sextant_data_points_accepted_total',
      'counter',
      'Metric data points acknowledged.',
      metrics.accepted,
    ),
    ...metric(
      'sextant_data_points_rejected_total',
      'counter',
      'Metric data points refused for good.',
      metrics.rejected,
    ),
    ...labelled('sextant_dropped_total', 'Items, and parts of items, left out.', 'reason', stats.dropped),
    ...labelled('sextant_redacted_total', 'Secrets taken out.', 'form', stats.redacted),
    ...labelled('sextant_requests_refused_total', 'Requests refused.', 'code', stats.refused),
    ...metric('sextant_in_flight_bytes', 'gauge', 'Bodies being read or written.', stats.in_flight_bytes),
    ...metric('sextant_connections', 'gauge', 'Connections open.', stats.connections.open),
    ...metric(
      'sextant_connections_dropped_total',
      'counter',
      'Connections closed because too many were open.',
      stats.connections.dropped,
    ),
    ...metric('sextant_journal_bytes', 'gauge', 'Size of the journal.', stats.journal.bytes),
    ...metric('sextant_journal_lag_bytes', 'gauge', 'Journal not stored yet.', stats.journal.lag_bytes),
    ...metric(
      'sextant_journal_lag_milliseconds',
      'gauge',
      'Age of the oldest record not stored.',
      stats.journal.lag_ms,
    ),
    ...ofStore(stats),
  ];
  if (store) {
    lines.push(
      ...ofWatch(store.watch),
      ...labelled('sextant_notifications', 'Notifications by state.', 'state', store.notifications, 'gauge'),
      ...labelled(
        'sextant_destinations_blocked_total',
        'Addresses alerts were not sent to, because they are not allowed.',
        'reason',
        store.destinations_blocked,
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

function ofWatch({ rounds, errors, skipped }: StoreStats['watch']): string[] {
  return [
    ...metric('sextant_watch_rounds_total', 'counter', 'Rounds of the drift watch.', rounds),
    ...metric('sextant_watch_errors_total', 'counter', 'Rounds of the drift watch that failed.', errors),
    ...labelled('sextant_watch_skipped_total', 'Left out by the drift watch.', 'reason', skipped),
  ];
}

function ofStore({ damaged_days, store }: Stats): string[] {
  return [
    ...metric(
      'sextant_damaged_days',
      'gauge',
      'Days whose file was lost and filled again from the journal.',
      damaged_days.length,
    ),
    ...metric('sextant_store_ready', 'gauge', 'Whether the store answers.', store.ready ? 1 : 0),
    ...metric('sextant_store_restarts_total', 'counter', 'Restarts of the store process.', store.restarts),
  ];
}

type Kind = 'counter' | 'gauge';

function metric(name: string, kind: Kind, help: string, value: number | null): string[] {
  return value === null ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, `${name} ${value}`];
}

function labelled(
  name: string,
  help: string,
  label: string,
  values: Readonly<Record<string, number>>,
  kind: Kind = 'counter',
): string[] {
  const samples = Object.entries(values).map(
    ([value, count]) => `${name}{${label}="${escapeLabel(value)}"} ${count}`,
  );
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...samples];
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
