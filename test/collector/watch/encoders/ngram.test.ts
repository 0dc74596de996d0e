import { expect, test } from 'vitest';
import { createNgramEncoder } from '../../../../collector/src/watch/encoders/ngram.ts';

const encoder = createNgramEncoder();
const { signal } = new AbortController();

async function cosine(a: string, b: string): Promise<number> {
  const [first = new Float32Array(), second = new Float32Array()] = await encoder.embed([a, b], signal);
  return first.reduce((sum, value, i) => sum + value * (second[i] as number), 0);
}

test('gives unit vectors of the length it names, the same each time', async () => {
  const texts = ['Where is my card?', 'a', 'Привет, мир', '注文はどこですか', 'x'.repeat(100_000)];
  const vectors = await encoder.embed(texts, signal);
  for (const vector of vectors) {
    expect(vector).toHaveLength(encoder.dimension as number);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  }
  expect(await encoder.embed(texts, signal)).toEqual(vectors);
});

test('texts that share words are nearer than texts that do not', async () => {
  const near = await cosine('where is my card delivery', 'my card was not delivered');
  const far = await cosine('where is my card delivery', 'play some jazz music tonight');
  expect(near).toBeGreaterThan(far + 0.2);
  expect(await cosine('Wo ist meine Karte?', 'wo IST meine karte')).toBeCloseTo(1, 5);
});

test('a word counts as often as it comes, wherever that is', async () => {
  expect(await cosine('my card my card', 'card card my my')).toBeCloseTo(1, 6);
  expect(await cosine('my card', 'my card my card')).toBeCloseTo(1, 6);
  // Without marks the two words share no n-gram, so that each has three, of which those of one come four times.
  expect(await cosine('ab xy', 'ab ab ab ab xy')).toBeCloseTo(3 / Math.sqrt(2 * 5), 6);
});

test('a text without words is the zero vector', async () => {
  const vectors = await encoder.embed(['', ' ?! ', '\u{1F6A2}'], signal);
  expect(vectors.every((vector) => vector.every((value) => value === 0))).toBe(true);
});
