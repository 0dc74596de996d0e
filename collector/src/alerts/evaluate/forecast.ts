const HOUR_MS = 3_600_000;
const WEEK_HOURS = 168;
/** Two-sided 95 %. */
const Z = 1.959964;

export interface Hour {
  /** Start, milliseconds since 1970, a whole hour. */
  readonly time_ms: number;
  readonly cost_usd: number;
}

export interface Forecast {
  /** Spend at the end of the period, US dollars. */
  readonly cost_usd: number;
  readonly low_usd: number;
  readonly high_usd: number;
}

interface ForecastRequest {
  /** Hours in which something was spent; the others count as nothing spent, from the first hour on. */
  readonly hours: readonly Hour[];
  readonly spent_usd: number;
  readonly now_ms: number;
  readonly end_ms: number;
}

/**
 * What will have been spent at the end of a period: what is spent, and for each hour to come the mean of the same
 * hour of the week, or of all hours while there is less than a week. The interval takes hours for independent: it
 * is the sum of their variances under a normal law, 95 %. Null without a whole hour of history.
 */
export function forecastSpend({ hours, spent_usd, now_ms, end_ms }: ForecastRequest): Forecast | null {
  const history = fill(hours, Math.floor(now_ms / HOUR_MS) * HOUR_MS);
  if (history.length === 0) return null;
  const is_seasonal = history.length >= WEEK_HOURS;
  let [mean_left, variance_left] = [0, 0];
  for (let hour_ms = Math.floor(now_ms / HOUR_MS) * HOUR_MS; hour_ms < end_ms; hour_ms += HOUR_MS) {
    const share = (Math.min(hour_ms + HOUR_MS, end_ms) - Math.max(hour_ms, now_ms)) / HOUR_MS;
    const like = is_seasonal ? history.filter(({ time_ms }) => sameHour(time_ms, hour_ms)) : history;
    mean_left += share * mean(like);
    variance_left += share * share * variance(like.length > 1 ? like : history);
  }
  const spread = Z * Math.sqrt(variance_left);
  const cost_usd = spent_usd + mean_left;
  return { cost_usd, low_usd: Math.max(spent_usd, cost_usd - spread), high_usd: cost_usd + spread };
}

/** Every whole hour from the first to the present one. */
function fill(hours: readonly Hour[], until_ms: number): Hour[] {
  const costs = new Map(hours.map(({ time_ms, cost_usd }) => [time_ms, cost_usd]));
  const first_ms = Math.min(...costs.keys());
  const filled: Hour[] = [];
  for (let time_ms = first_ms; time_ms < until_ms; time_ms += HOUR_MS)
    filled.push({ time_ms, cost_usd: costs.get(time_ms) ?? 0 });
  return filled;
}

function sameHour(one_ms: number, other_ms: number): boolean {
  return ((one_ms - other_ms) / HOUR_MS) % WEEK_HOURS === 0;
}

function mean(hours: readonly Hour[]): number {
  return hours.length === 0 ? 0 : hours.reduce((sum, { cost_usd }) => sum + cost_usd, 0) / hours.length;
}

function variance(hours: readonly Hour[]): number {
  const centre = mean(hours);
  return hours.length < 2
    ? 0
    : hours.reduce((sum, { cost_usd }) => sum + (cost_usd - centre) ** 2, 0) / (hours.length - 1);
}
