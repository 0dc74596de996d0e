import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readBody } from '../../../collector/src/receive/body.ts';
import { giveBack } from '../../../collector/src/receive/memory.ts';

const piece_bytes = 65_536;

function pieces(): Buffer[] {
  return [1, 2, 3].map((value) => Buffer.alloc(piece_bytes, value));
}

test.each([
  ['announced', 3 * piece_bytes],
  ['unannounced', null],
])('an %s body is read whole, and the memory of its pieces is free at once', async (_, announced_bytes) => {
  const sent = pieces();
  const expected = Buffer.concat(sent);
  const options = { announced_bytes, bytes_max: 1e6, onBytes: () => undefined };
  const body = await readBody(Readable.from(sent), options);
  expect(body.equals(expected)).toBe(true);
  expect(sent.map(({ buffer }) => buffer.byteLength)).toEqual([0, 0, 0]);
});

test('memory that buffers share is left alone', () => {
  const [first, second] = [Buffer.from('first'), Buffer.from('second')];
  expect(first.buffer).toBe(second.buffer);
  giveBack(first);
  expect(second.toString()).toBe('second');
});
