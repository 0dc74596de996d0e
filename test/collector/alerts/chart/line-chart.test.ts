import { crc32, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawLineChart } from '../../../../collector/src/alerts/chart/line-chart.ts';

const [PAPER, SHADE, , , LINE, LIMIT] = [0, 1, 2, 3, 4, 5];

/** Reads a PNG as its specification says; written apart from the encoder. */
function decode(png: Buffer) {
  expect(png.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(png.subarray(at + 4, at + 8 + length)));
    chunks.set(type, data);
    at += 12 + length;
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND']);
  const [width, height] = [chunks.get('IHDR')!.readUInt32BE(0), chunks.get('IHDR')!.readUInt32BE(4)];
  const rows = inflateSync(chunks.get('IDAT')!);
  expect(rows.length).toBe(height * (width + 1));
  return { width, height, at: (x: number, y: number) => rows[y * (width + 1) + 1 + x]! };
}

function highest(picture: ReturnType<typeof decode>, x: number): number {
  for (let y = 0; y < picture.height; y++) if (picture.at(x, y) === LINE) return y;
  return Number.POSITIVE_INFINITY;
}

test('the line rises where the values do, the limit lies across, and the alert is shaded', () => {
  const points = Array.from({ length: 100 }, (_, index) => ({
    time_ms: index * 1000,
    value: index < 50 ? 1 : 9,
  }));
  const picture = decode(
    drawLineChart({ points, threshold: 5, since_ms: 50_000, from_ms: 0, to_ms: 100_000 }),
  );
  expect([picture.width, picture.height]).toEqual([640, 240]);
  expect(highest(picture, 100)).toBeGreaterThan(highest(picture, 500) + 100);
  const limit = Array.from({ length: picture.height }, (_, y) => y).filter(
    (y) => picture.at(200, y) === LIMIT,
  );
  expect(limit).toHaveLength(1);
  expect(limit[0]).toBeGreaterThan(highest(picture, 500));
  expect(limit[0]).toBeLessThan(highest(picture, 100));
  expect([picture.at(150, 150), picture.at(500, 150)]).toEqual([PAPER, SHADE]);
});

test('is a picture whatever the figures are', () => {
  const value = fc.double({ noNaN: true, min: -1e12, max: 1e12 });
  fc.assert(
    fc.property(
      fc.array(value, { maxLength: 30 }),
      fc.option(value),
      fc.nat(),
      (values, threshold, since_ms) => {
        const points = values.map((one, index) => ({ time_ms: index * 1000, value: one }));
        decode(drawLineChart({ points, threshold, since_ms, from_ms: 0, to_ms: 30_000 }));
      },
    ),
    { seed: 1, numRuns: 40 },
  );
});
