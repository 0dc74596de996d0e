import { dotsOf, glyph_width } from './glyphs.ts';
import { encodePng } from './png.ts';

export interface Point {
  /** Milliseconds since 1970. */
  readonly time_ms: number;
  readonly value: number;
}

export interface LineChart {
  /** Oldest first. */
  readonly points: readonly Point[];
  /** Drawn across; null where there is none. */
  readonly threshold: number | null;
  /** From here on the background is coloured. */
  readonly since_ms: number;
  readonly from_ms: number;
  readonly to_ms: number;
}

const [WIDTH, HEIGHT, SCALE] = [640, 240, 2];
const [LEFT, RIGHT, TOP, BOTTOM] = [72, 12, 12, 24];
const palette = [
  [255, 255, 255],
  [253, 236, 234],
  [190, 190, 190],
  [70, 70, 70],
  [37, 99, 235],
  [200, 30, 30],
] as const;
const [PAPER, SHADE, GRID, INK, LINE, LIMIT] = [0, 1, 2, 3, 4, 5];

/** A line over time as PNG: the threshold in red, the time since the alert began shaded, the axes in figures. */
export function drawLineChart(chart: LineChart): Buffer {
  const pixels = new Uint8Array(WIDTH * HEIGHT).fill(PAPER);
  const { from_ms, to_ms, points, threshold, since_ms } = chart;
  const { low, high } = rangeOf(points, threshold);
  const xOf = (time_ms: number) =>
    Math.round(LEFT + ((time_ms - from_ms) / Math.max(1, to_ms - from_ms)) * (WIDTH - LEFT - RIGHT - 1));
  const yOf = (value: number) =>
    Math.round(HEIGHT - BOTTOM - 1 - ((value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM - 1));
  const set = (x: number, y: number, colour: number) => {
    if (x >= 0 && x < WIDTH && y >= 0 && y < HEIGHT) pixels[y * WIDTH + x] = colour;
  };
  const write = (text: string, x: number, y: number) => {
    for (const dot of dotsOf(text))
      for (let part = 0; part < SCALE * SCALE; part++)
        set(x + dot.x * SCALE + (part % SCALE), y + dot.y * SCALE + Math.floor(part / SCALE), INK);
  };
  const across = (y: number, colour: number) => {
    for (let x = LEFT; x < WIDTH - RIGHT; x++) set(x, y, colour);
  };
  for (let x = Math.max(LEFT, xOf(since_ms)); x < WIDTH - RIGHT; x++)
    for (let y = TOP; y < HEIGHT - BOTTOM; y++) set(x, y, SHADE);
  for (const value of [low, (low + high) / 2, high]) {
    across(yOf(value), GRID);
    write(short(value), LEFT - 8 - short(value).length * glyph_width * SCALE, yOf(value) - 5);
  }
  if (threshold !== null) across(yOf(threshold), LIMIT);
  points.forEach((point, index) => {
    const before = points[index - 1] ?? point;
    segment(
      { x: xOf(before.time_ms), y: yOf(before.value) },
      { x: xOf(point.time_ms), y: yOf(point.value) },
      (x, y) => {
        set(x, y, LINE);
        set(x, y + 1, LINE);
      },
    );
  });
  for (const [time_ms, x] of [
    [from_ms, LEFT],
    [to_ms, WIDTH - RIGHT - 16 * glyph_width * SCALE],
  ] as const)
    write(new Date(time_ms).toISOString().slice(0, 16).replace('T', ' '), x, HEIGHT - BOTTOM + 8);
  return encodePng({ width: WIDTH, height: HEIGHT, pixels, palette });
}

/** From 0, where that is near enough, with room above. */
function rangeOf(points: readonly Point[], threshold: number | null): { low: number; high: number } {
  const values = [...points.map(({ value }) => value), ...(threshold === null ? [] : [threshold])];
  const low = Math.min(0, ...values);
  const high = Math.max(low, ...values);
  return { low, high: high === low ? low + 1 : high + (high - low) * 0.05 };
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Source: J. E. Bresenham, Algorithm for computer control of a digital plotter, IBM Systems Journal 4 (1965). */
function segment(from: Place, to: Place, set: (x: number, y: number) => void): void {
  const [width, height] = [Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
  const [right, down] = [Math.sign(to.x - from.x), Math.sign(to.y - from.y)];
  let [x, y, error] = [from.x, from.y, width - height];
  for (let left = width + height; left >= 0; left--) {
    set(x, y);
    if (x === to.x && y === to.y) return;
    const doubled = 2 * error;
    if (doubled > -height) [error, x] = [error - height, x + right];
    if (doubled < width) [error, y] = [error + width, y + down];
  }
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
