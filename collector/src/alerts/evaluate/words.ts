/** Figures as a person reads them. */

export function figure(value: number, measure: string): string {
  if (/rate$|share$/.test(measure)) return `${round(value * 100)} %`;
  if (measure.endsWith('_ms')) return value >= 10_000 ? `${round(value / 1000)} s` : `${round(value)} ms`;
  if (measure.endsWith('_usd')) return dollars(value);
  return round(value).toLocaleString('en-US', { maximumFractionDigits: 10 });
}

export function dollars(value: number): string {
  return `$${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: value < 1 ? 6 : 2 })}`;
}

export function span(duration_ms: number): string {
  const units = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
  ] as const;
  const [unit_ms, word] = units.find(([unit]) => duration_ms >= unit && duration_ms % unit === 0) ?? [
    1000,
    'second',
  ];
  const count = duration_ms / unit_ms;
  return `${round(count)} ${word}${count === 1 ? '' : 's'}`;
}

/** A measure as words: "duration_p95_ms" is "duration p95". */
export function measureWords(measure: string): string {
  return measure.replace(/_(ms|usd)$/, '').replaceAll('_', ' ');
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
