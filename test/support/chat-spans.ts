import type { RunningCollector } from './collector.ts';

/** A chat span of OTLP JSON, as tests of the whole collector send them. */
export interface ChatSpan {
  readonly number: number;
  readonly question?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** Milliseconds since 1970; now unless told. */
  readonly start_ms?: number;
}

export function traceIdOf(number: number): string {
  return number.toString(16).padStart(32, 'c');
}

function spanIdOf(number: number): string {
  return number.toString(16).padStart(16, 'd');
}

function chatRequest(spans: readonly ChatSpan[]): string {
  const items = spans.map(
    ({ number, question = `question ${number}`, attributes = {}, start_ms = Date.now() }) => {
      const all = {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o-mini',
        'gen_ai.input.messages': JSON.stringify([
          { role: 'user', parts: [{ type: 'text', content: question }] },
        ]),
        ...attributes,
      };
      return {
        traceId: traceIdOf(number),
        spanId: spanIdOf(number),
        name: `chat ${number}`,
        startTimeUnixNano: `${start_ms}000000`,
        endTimeUnixNano: `${start_ms + 250}000000`,
        attributes: Object.entries(all).map(([key, stringValue]) => ({ key, value: { stringValue } })),
      };
    },
  );
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: items }] }] });
}

/** Sends spans, again where the connection broke; resolves when they are acknowledged. */
export async function sendChats(
  { url }: Pick<RunningCollector, 'url'>,
  spans: readonly ChatSpan[],
): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = chatRequest(spans);
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await fetch(`${url}/v1/traces`, { method: 'POST', headers, body });
      await response.arrayBuffer();
      if (response.status === 200) return;
      throw new RangeError(`Sending spans was answered ${response.status}.`);
    } catch (error) {
      if (error instanceof RangeError || attempt === 10) throw error;
    }
  }
}
