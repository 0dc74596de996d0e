const day_us = 86_400_000_000;

/** The UTC day of a time, as YYYY-MM-DD. */
export function dayOf(time_us: number): string {
  return new Date(Math.floor(time_us / 1000)).toISOString().slice(0, 10);
}

/** First microsecond of a day, and of the next. */
export function boundsOf(day: string): { readonly from_us: number; readonly to_us: number } {
  const from_us = Date.parse(`${day}T00:00:00Z`) * 1000;
  return { from_us, to_us: from_us + day_us };
}
