import { type OtlpRequest, type ReplaySpan, toRequests } from '../otlp.ts';

/**
 * One form in which spans are kept in files.
 *
 * Contract: `matches` tells the form from the content alone and is never true for the content of another form;
 * `read` keeps ids and parents, and reports a span it cannot read without losing the others.
 */
export interface SpanFormat {
  readonly name: string;
  matches(document: unknown): boolean;
  read(document: unknown, file: FileFacts): ReadSpans;
}

/** What is known of the file a document is in. */
export interface FileFacts {
  readonly name: string;
  readonly modified_ms: number;
}

export interface ReadSpans {
  readonly requests: readonly OtlpRequest[];
  /** One sentence for each span that could not be read. */
  readonly problems: readonly string[];
}

/** What is wrong with a span, as a sentence. */
class FormatError extends Error {
  override readonly name = 'FormatError';
}

/** Reads each item; what is wrong with one is a problem of that one only. */
export function readEach<Item>(items: readonly Item[], read: (item: Item) => ReplaySpan): ReadSpans {
  const spans: ReplaySpan[] = [];
  const problems: string[] = [];
  for (const item of items) {
    try {
      spans.push(read(item));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      problems.push(error.message);
    }
  }
  return { requests: toRequests(spans), problems };
}

/** The value, or a FormatError where there is none. */
export function demand<Value>(value: Value | null | undefined, what: string): Value {
  if (value === null || value === undefined) throw new FormatError(`A span has no valid ${what}.`);
  return value;
}
