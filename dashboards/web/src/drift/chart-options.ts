import type UPlot from 'uplot';
import type { VerdictPoint } from '../api/client.ts';
import { formatPercent } from '../format/number.ts';
import { formatTick, type Zone } from '../format/time.ts';

interface ChartRequest {
  /** Where the chart will be; its size and the colours in effect there are used. */
  element: HTMLElement;
  theme: 'light' | 'dark';
  zone: Zone;
  tolerance: number | null;
  verdicts: readonly VerdictPoint[];
  /** Told which verdict the pointer is at, or null. */
  onPoint(place: number | null): void;
}

const height = 260;

export function chartOptions(request: ChartRequest): UPlot.Options {
  const { element, zone, tolerance, onPoint } = request;
  const color = (name: string) => resolveColor(element, name);
  const line = color('--chart-line');
  const axis = {
    stroke: color('--text-faint'),
    grid: { stroke: color('--chart-grid'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    // Room for half of a label under the last point.
    padding: [null, 40, null, null],
    cursor: { drag: { x: false, y: false }, points: { size: 8 } },
    scales: { y: { range: (_, low, high) => padded(Math.min(0, low), Math.max(tolerance ?? 0, high)) } },
    axes: [
      {
        ...axis,
        values: (_, times) => times.map((time) => formatTick(time * 1_000, zone)),
        space: 90,
      },
      { ...axis, values: (_, effects) => effects.map((effect) => formatPercent(effect)), size: 56 },
    ],
    series: [
      {},
      { stroke: 'transparent', points: { show: false } },
      { stroke: 'transparent', points: { show: false } },
      { stroke: line, width: 2, points: { show: true, size: 5, fill: color('--surface') } },
    ],
    bands: [{ series: [2, 1], fill: color('--chart-band') }],
    hooks: {
      setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)],
      draw: [
        (plot) => drawMarks(plot, request, { tolerance: color('--warn'), drifted: color('--danger-solid') }),
      ],
    },
  };
}

/** A line at the tolerance, and a diamond on each drifted window: a shape of its own, not only a colour. */
function drawMarks(plot: UPlot, request: ChartRequest, colors: { tolerance: string; drifted: string }): void {
  const { ctx, bbox } = plot;
  const { tolerance, verdicts } = request;
  ctx.save();
  if (tolerance !== null) {
    const y = Math.round(plot.valToPos(tolerance, 'y', true));
    ctx.strokeStyle = colors.tolerance;
    ctx.setLineDash([6, 4]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.fillStyle = colors.drifted;
  for (const { drifted, effect, window_end } of verdicts) {
    if (!drifted || effect === null) continue;
    const x = plot.valToPos(Date.parse(window_end) / 1_000, 'x', true);
    drawDiamond(ctx, { x, y: plot.valToPos(effect, 'y', true), radius: 6 * devicePixelRatio });
  }
  ctx.restore();
}

function drawDiamond(ctx: CanvasRenderingContext2D, at: { x: number; y: number; radius: number }): void {
  ctx.beginPath();
  ctx.moveTo(at.x, at.y - at.radius);
  ctx.lineTo(at.x + at.radius, at.y);
  ctx.lineTo(at.x, at.y + at.radius);
  ctx.lineTo(at.x - at.radius, at.y);
  ctx.closePath();
  ctx.fill();
}

function padded(low: number, high: number): [number, number] {
  const space = (high - low || 1) * 0.08;
  return [low === 0 ? 0 : low - space, high + space];
}

/** The value a colour name of the style sheet has here: a canvas does not know `light-dark()`. */
function resolveColor(element: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
