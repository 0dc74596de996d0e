import type { Attributes } from '@opentelemetry/api';
import { runtime } from './runtime.ts';
import { SEXTANT_CONTENT_TRUNCATED } from './semconv.ts';

const CUT = '…';
/** Texts are not cut below this: roles, types and names stay whole. */
const TEXT_CHARS_MIN = 64;

export function capturesContent(): boolean {
  return runtime().capture.content;
}

/** Writes content as JSON, cut to the limit and marked where it was. Nothing where content is not captured. */
export function putContent(attributes: Attributes, name: string, value: unknown): void {
  const { content, contentCharsMax } = runtime().capture;
  if (!content || value === undefined) return;
  const text = encode(value);
  if (text === undefined) return;
  if (text.length <= contentCharsMax) {
    attributes[name] = text;
    return;
  }
  attributes[name] = shrink(value, contentCharsMax);
  attributes[SEXTANT_CONTENT_TRUNCATED] = true;
}

/** Writes one text as it is, cut to the limit and marked where it was. */
export function putText(attributes: Attributes, name: string, text: string): void {
  const { content, contentCharsMax } = runtime().capture;
  if (!content) return;
  attributes[name] = cut(text, contentCharsMax);
  if (text.length > contentCharsMax) attributes[SEXTANT_CONTENT_TRUNCATED] = true;
}

/** Writes a list of texts, sharing the limit; texts beyond it become empty, so that positions keep their meaning. */
export function putTexts(attributes: Attributes, name: string, texts: readonly string[]): void {
  const { content, contentCharsMax } = runtime().capture;
  if (!content) return;
  let left = contentCharsMax;
  attributes[name] = texts.map((text) => {
    const kept = cut(text, left);
    if (kept.length < text.length) attributes[SEXTANT_CONTENT_TRUNCATED] = true;
    left -= kept.length;
    return kept;
  });
}

/** JSON text of any value; undefined where there is none, as for a function. */
export function encode(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    // Cycles and big integers are common in arguments of tools: said in words instead of lost.
    return JSON.stringify(value, plainReplacer());
  }
}

function plainReplacer() {
  const ancestors: unknown[] = [];
  return function (this: unknown, _name: string, value: unknown): unknown {
    if (typeof value === 'bigint') return value.toString();
    if (typeof value !== 'object' || value === null) return value;
    while (ancestors.length > 0 && ancestors.at(-1) !== this) ancestors.pop();
    if (ancestors.includes(value)) return '[circular]';
    ancestors.push(value);
    return value;
  };
}

/**
 * Valid JSON within the limit: first the longest texts are cut, then, where there are simply too many messages, the
 * oldest go, because the newest say what the call was about.
 */
function shrink(value: unknown, charsMax: number): string {
  let textMax = charsMax;
  while (textMax > TEXT_CHARS_MIN) {
    textMax = Math.max(TEXT_CHARS_MIN, Math.floor(textMax / 2));
    const text = withTextsCut(value, textMax);
    if (text.length <= charsMax) return text;
  }
  return Array.isArray(value) ? newestItems(value, charsMax) : JSON.stringify(CUT);
}

function newestItems(items: readonly unknown[], charsMax: number): string {
  const kept: string[] = [];
  let size = '[]'.length;
  for (const item of items.toReversed()) {
    const text = withTextsCut(item, TEXT_CHARS_MIN);
    size += text.length + ','.length;
    if (size > charsMax) break;
    kept.unshift(text);
  }
  return `[${kept.join(',')}]`;
}

function withTextsCut(value: unknown, textMax: number): string {
  const plain = plainReplacer();
  const text = JSON.stringify(value, function (this: unknown, name, item) {
    return typeof item === 'string' ? cut(item, textMax) : plain.call(this, name, item);
  });
  return text ?? 'null';
}

function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  if (charsMax <= 0) return '';
  // Half of a surrogate pair is not valid UTF-8.
  return `${text
    .slice(0, charsMax - 1)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}${CUT}`;
}
