/** A clock that goes through the minutes before now, faster than they went. Times are milliseconds since 1970. */
export interface Clock {
  /** Sets it to the start of a minute, 0 being the first, and returns that time. */
  startMinute(minute: number): number;
  /** What it shows at a real time since then. It waits at the end of the minute for the next to be started. */
  read(real_ms: number): number;
}

export interface ClockOptions {
  /** Minutes it goes through; the last ends when the clock is made. */
  readonly minutes: number;
  /** Real time in which one of them passes. */
  readonly minute_real_ms: number;
}

export function createClock({ minutes, minute_real_ms }: ClockOptions): Clock {
  const end_ms = Math.floor(Date.now() / minute_ms) * minute_ms;
  const set = { real_ms: Date.now(), shown_ms: end_ms - minutes * minute_ms };
  return {
    startMinute(minute) {
      set.real_ms = Date.now();
      set.shown_ms = end_ms - (minutes - minute) * minute_ms;
      return set.shown_ms;
    },
    read(real_ms) {
      const passed_ms = (real_ms - set.real_ms) * (minute_ms / minute_real_ms);
      return set.shown_ms + Math.min(Math.max(passed_ms, 0), minute_ms - 1);
    },
  };
}

const minute_ms = 60_000;
