/** What came of one attempt to send. */
export type Outcome = Result & {
  /** Status of the HTTP answer, for the log of attempts; absent where none came. */
  readonly status?: number;
};

type Result =
  | { readonly result: 'ok' }
  /** Worth another attempt, not before `retry_after_ms` where the receiver named a time. */
  | { readonly result: 'retry'; readonly retry_after_ms?: number; readonly reason: string }
  /** No attempt will ever succeed. */
  | { readonly result: 'failed'; readonly reason: string };
