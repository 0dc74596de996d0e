import type { UnitSide } from '../statistics/design-effect.ts';

/** Have these two one mix of values? */
export interface MixQuestion {
  readonly reference: UnitSide;
  readonly current: UnitSide;
  /** How often the lower end of the share may be above the truth; likewise the upper end below it. */
  readonly alpha: number;
  /** Of the fit's units: see `fitUnevenness`. Of two places it is 1. */
  readonly unevenness?: number;
}
