import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState } from 'react';
import UPlot from 'uplot';
import type { VerdictPoint } from '../api/client.ts';
import { formatCount, formatProbability } from '../format/number.ts';
import { formatTimestamp, formatZone } from '../format/time.ts';
import { usePreferences } from '../preferences/preferences.tsx';
import { useResolvedTheme } from '../preferences/use-resolved-theme.ts';
import { chartOptions } from './chart-options.ts';
import styles from './effect-chart.module.css';
import { formatEffect } from './verdict-table.tsx';

interface Props {
  verdicts: readonly VerdictPoint[];
  tolerance: number | null;
}

/**
 * Effect of each window with its interval. The same numbers are in the table beside it; the arrow keys step
 * through the windows and read each of them out.
 */
export function EffectChart({ verdicts, tolerance }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot>(undefined);
  const [place, setPlace] = useState<number | null>(null);
  const { zone } = usePreferences();
  const theme = useResolvedTheme();
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const options = chartOptions({ element, theme, zone, tolerance, verdicts, onPoint: setPlace });
    const plot = new UPlot(options, chartData(verdicts), element);
    chart.current = plot;
    const observer = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: options.height }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [verdicts, tolerance, zone, theme]);
  const step = (by: number) => {
    const next = Math.min(verdicts.length - 1, Math.max(0, (place ?? verdicts.length) + by));
    setPlace(next);
    const plot = chart.current;
    if (plot !== undefined)
      plot.setCursor({ left: plot.valToPos(endOf(verdicts[next]), 'x'), top: 10 }, false);
  };
  const shown = verdicts[place ?? verdicts.length - 1];
  return (
    <figure className={styles.figure}>
      <button
        type="button"
        className={styles.chart}
        aria-label={`Effect of ${formatCount(verdicts.length)} windows. Left and right arrow keys step through them.`}
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') step(-1);
          if (event.key === 'ArrowRight') step(1);
        }}
      >
        <div ref={frame} />
      </button>
      <figcaption className={styles.caption}>
        <output>{shown === undefined ? '' : describe(shown, zone)}</output>
        <Legend has_tolerance={tolerance !== null} />
      </figcaption>
    </figure>
  );
}

function Legend({ has_tolerance }: { has_tolerance: boolean }) {
  return (
    <ul className={styles.legend}>
      <li>
        <i className={styles.line} /> effect
      </li>
      <li>
        <i className={styles.band} /> interval
      </li>
      {has_tolerance && (
        <li>
          <i className={styles.tolerance} /> tolerance
        </li>
      )}
      <li>
        <i className={styles.drifted} /> drifted
      </li>
    </ul>
  );
}

function chartData(verdicts: readonly VerdictPoint[]): UPlot.AlignedData {
  return [
    verdicts.map(endOf),
    verdicts.map((verdict) => verdict.effect_low),
    verdicts.map((verdict) => verdict.effect_high),
    verdicts.map((verdict) => verdict.effect),
  ];
}

/** uPlot counts time in seconds. */
function endOf(verdict: VerdictPoint | undefined): number {
  return Date.parse(verdict?.window_end ?? '') / 1_000;
}

function describe(verdict: VerdictPoint, zone: string): string {
  const time = `${formatTimestamp(verdict.window_end, zone)} ${formatZone(verdict.window_end, zone)}`;
  const state = verdict.drifted ? 'drifted' : 'not drifted';
  return `${time}: ${state}, effect ${formatEffect(verdict)}, p ${formatProbability(verdict.p)}, n ${formatCount(verdict.n_current)}`;
}
