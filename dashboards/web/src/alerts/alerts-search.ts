import { pick } from '../url/parameters.ts';

export const alert_states = ['firing', 'resolved'] as const;
type AlertState = (typeof alert_states)[number];

export interface AlertsSearch {
  /** Absent: both. */
  state?: AlertState;
  /** The alert to open. */
  alert?: string;
}

export function readAlertsSearch(raw: Readonly<Record<string, unknown>>): AlertsSearch {
  const state = alert_states.find((known) => known === raw.state);
  return { ...pick(raw, ['alert']), ...(state !== undefined && { state }) };
}
