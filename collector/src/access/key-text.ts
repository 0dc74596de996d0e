import { createHash, randomBytes } from 'node:crypto';

/**
 * A key is `sx_`, twelve hexadecimal digits that name it, `_`, and its secret: 160 random bits in forty digits.
 * The id may be shown and logged; the secret is shown once, when the key is made.
 */
export interface KeyText {
  readonly id: string;
  readonly text: string;
}

export function newKeyText(): KeyText {
  const id = randomBytes(6).toString('hex');
  return { id, text: `sx_${id}_${randomBytes(20).toString('hex')}` };
}

/** The id in a key, or null for what is no key. */
export function keyIdOf(text: string): string | null {
  return /^sx_([0-9a-f]{12})_[0-9a-f]{40}$/.exec(text)?.[1] ?? null;
}

/** Whether somebody may try keys until this one comes. 22 characters of base64 are 128 bits. */
export function isGuessable(text: string): boolean {
  return text.length < 22;
}

/**
 * SHA-256, which is right because the secret is random: nobody can try 2^160 of them, so a slow hash, made for
 * the few passwords people think of, would only slow down every request.
 */
export function hashKey(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
