/**
 * The life of an alert, as a pure function from window to window:
 *
 *     ok ─breached▶ pending ─for long enough▶ firing ─fine for long enough▶ ok
 *      └─ no data, or an error ─▶ no_data, error ─ the next window ─▶ ok, pending
 *
 * An alert that fires goes on firing without data and through errors, so that it does not resolve because traffic
 * or the store stopped.
 */
export interface AlertState {
  readonly phase: Phase;
  /** Windows in a row that speak against ok or, while it fires, for it. */
  readonly streak: number;
  /** End of the first of these windows; null while there are none. */
  readonly against_us: number | null;
  /** Start of the first breached window of the streak or of the alert; null while nothing is wrong. */
  readonly since_us: number | null;
  /** End of the window on which the alert fired; null while it does not. */
  readonly fired_us: number | null;
  /** End of the latest window seen: windows up to here were counted already. */
  readonly last_window_end_us: number;
}

export type Phase = 'ok' | 'pending' | 'firing' | 'no_data' | 'error';

export interface Window {
  readonly evidence: 'breached' | 'fine' | 'none' | 'error';
  readonly window_start_us: number;
  readonly window_end_us: number;
  /** It ends at the moment at which it was asked for, so it is never handed again. */
  readonly is_now?: boolean;
}

/** What it takes to fire and to resolve: so many windows in a row, at least 1, over so much time. */
export interface Policy {
  readonly for_windows: number;
  readonly for_us: number;
  readonly keep_windows: number;
  readonly keep_us: number;
  /** Whether windows without evidence are shown as such; else they change nothing. */
  readonly shows_no_data: boolean;
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
  against_us: null,
  since_us: null,
  fired_us: null,
  last_window_end_us: Number.MIN_SAFE_INTEGER,
});

/**
 * The same window handed again, or one that is older, changes nothing. One of now is never old: the clock was set
 * back, and must not stop the alerts until it is as late again.
 */
export function advance(state: AlertState, window: Window, policy: Policy): Step {
  const is_old = window.window_end_us < state.last_window_end_us && !window.is_now;
  if (is_old || window.window_end_us === state.last_window_end_us) return { state, transition: null };
  const against_us = state.against_us === null ? null : Math.min(state.against_us, window.window_end_us);
  const seen = { ...state, against_us, last_window_end_us: window.window_end_us };
  if (state.phase === 'firing') return advanceFiring(seen, window, policy);
  if (window.evidence === 'breached') return advanceBreached(seen, window, policy);
  return { state: advanceQuiet(seen, window, policy), transition: null };
}

/** What was breached before stays so through an error and through too little evidence. */
function advanceQuiet(state: AlertState, { evidence }: Window, { shows_no_data }: Policy): AlertState {
  if (evidence === 'error') return { ...state, phase: 'error' };
  if (evidence === 'none' && !shows_no_data) return state;
  const phase = evidence === 'none' ? 'no_data' : 'ok';
  return { ...state, phase, streak: 0, against_us: null, since_us: null };
}

function advanceBreached(state: AlertState, window: Window, policy: Policy): Step {
  const against_us = state.against_us ?? window.window_end_us;
  const streak = state.streak + 1;
  const since_us = state.since_us ?? window.window_start_us;
  const fired_us = window.window_end_us;
  if (streak < policy.for_windows || fired_us - against_us < policy.for_us)
    return { state: { ...state, phase: 'pending', streak, against_us, since_us }, transition: null };
  return {
    state: { ...state, phase: 'firing', streak: 0, against_us: null, since_us, fired_us },
    transition: { to: 'firing', since_us, fired_us },
  };
}

function advanceFiring(state: AlertState, window: Window, policy: Policy): Step {
  if (window.evidence === 'breached')
    return { state: { ...state, streak: 0, against_us: null }, transition: null };
  if (window.evidence !== 'fine') return { state, transition: null };
  const against_us = state.against_us ?? window.window_end_us;
  const streak = state.streak + 1;
  if (streak < policy.keep_windows || window.window_end_us - against_us < policy.keep_us)
    return { state: { ...state, streak, against_us }, transition: null };
  const { since_us, fired_us } = state;
  if (since_us === null || fired_us === null) throw new Error('A firing alert has no beginning.');
  return {
    state: { ...initial_state, last_window_end_us: state.last_window_end_us },
    transition: { to: 'resolved', since_us, fired_us },
  };
}
