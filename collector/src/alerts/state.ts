/**
 * The life of an alert, as a pure function from window to window:
 *
 *     ok ──for_windows drifted in a row──▶ firing ──keep_windows stable in a row──▶ ok
 *
 * A window without enough evidence is neither drifted nor stable: it changes nothing, so that an alert does
 * not resolve because traffic stopped.
 */
export interface AlertState {
  readonly phase: 'ok' | 'firing';
  /** Windows in a row that speak against the phase. */
  readonly streak: number;
  /** Start of the first drifted window of the streak or of the alert; null while nothing drifts. */
  readonly since_us: number | null;
  /** End of the window on which the alert fired; null while it does not. */
  readonly fired_us: number | null;
  /** End of the latest window seen: windows up to here were counted already. */
  readonly last_window_end_us: number;
}

export interface Window {
  readonly evidence: 'drifted' | 'stable' | 'none';
  readonly window_start_us: number;
  readonly window_end_us: number;
}

/** How many windows in a row it takes, at least 1 each. */
export interface Policy {
  readonly for_windows: number;
  readonly keep_windows: number;
}

export interface Transition {
  readonly to: 'firing' | 'resolved';
  readonly since_us: number;
  readonly fired_us: number;
}

export interface Step {
  readonly state: AlertState;
  readonly transition: Transition | null;
}

export const initial_state: AlertState = Object.freeze({
  phase: 'ok',
  streak: 0,
  since_us: null,
  fired_us: null,
  last_window_end_us: Number.MIN_SAFE_INTEGER,
});

/** The same window handed again, or one that is older, changes nothing. */
export function advance(state: AlertState, window: Window, policy: Policy): Step {
  if (window.window_end_us <= state.last_window_end_us) return { state, transition: null };
  const seen = { ...state, last_window_end_us: window.window_end_us };
  if (window.evidence === 'none') return { state: seen, transition: null };
  return state.phase === 'ok' ? advanceOk(seen, window, policy) : advanceFiring(seen, window, policy);
}

function advanceOk(state: AlertState, window: Window, policy: Policy): Step {
  if (window.evidence === 'stable')
    return { state: { ...state, streak: 0, since_us: null }, transition: null };
  const streak = state.streak + 1;
  const since_us = state.since_us ?? window.window_start_us;
  if (streak < policy.for_windows) return { state: { ...state, streak, since_us }, transition: null };
  const fired_us = window.window_end_us;
  return {
    state: { ...state, phase: 'firing', streak: 0, since_us, fired_us },
    transition: { to: 'firing', since_us, fired_us },
  };
}

function advanceFiring(state: AlertState, window: Window, policy: Policy): Step {
  if (window.evidence === 'drifted') return { state: { ...state, streak: 0 }, transition: null };
  const streak = state.streak + 1;
  if (streak < policy.keep_windows) return { state: { ...state, streak }, transition: null };
  const { since_us, fired_us } = state;
  if (since_us === null || fired_us === null) throw new Error('A firing alert has no beginning.');
  return {
    state: { ...state, phase: 'ok', streak: 0, since_us: null, fired_us: null },
    transition: { to: 'resolved', since_us, fired_us },
  };
}
