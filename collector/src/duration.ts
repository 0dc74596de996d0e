import { SextantError } from './errors.ts';

const unit_ms = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/**
 * Milliseconds of a length of time such as `24h` or `90d`.
 * @throws SextantError bad_request
 */
export function parseDuration(text: string): number {
  const parts = /^(\d{1,6})([smhdw])$/.exec(text);
  if (!parts) throw new SextantError('bad_request', `"${text}" is no length of time like 24h or 90d.`);
  return Number(parts[1]) * unit_ms[parts[2] as keyof typeof unit_ms];
}
