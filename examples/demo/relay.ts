import { gunzipSync } from 'node:zlib';
import type { Clock } from './clock.ts';
import { type Answer, type LocalServer, startLocalServer } from './local-server.ts';

export interface RelayOptions {
  readonly collector_url: string;
  readonly clock: Clock;
}

/**
 * Stands between SDK and collector and moves every trace from the time it was made to the time the clock shows.
 * Durations, distances inside of a trace and everything else of the spans stay as the SDK made them.
 */
export function startRelay({ collector_url, clock }: RelayOptions): Promise<LocalServer> {
  const shiftOf = createShifts(clock);
  return startLocalServer(async ({ body }): Promise<Answer> => {
    const traces = JSON.parse(gunzipSync(body).toString()) as Traces;
    for (const span of spansOf(traces)) move(span, shiftOf(span));
    const response = await fetch(`${collector_url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(traces),
    });
    return { status: response.status, body: await response.text() };
  });
}

/** The part of OTLP that holds times: nanoseconds since 1970, in decimal. */
interface Traces {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}

interface Span {
  readonly traceId: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  readonly events?: readonly { timeUnixNano: string }[];
}

function spansOf({ resourceSpans }: Traces): Span[] {
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

/** Nanoseconds by which to move a span: the same for all spans of a trace, in whichever request they come. */
function createShifts(clock: Clock): (span: Span) => bigint {
  const shifts = new Map<string, bigint>();
  return ({ traceId, startTimeUnixNano }) => {
    const made_ms = Number(BigInt(startTimeUnixNano) / 1_000_000n);
    const shift = shifts.get(traceId) ?? BigInt(Math.round(clock.read(made_ms) - made_ms)) * 1_000_000n;
    shifts.set(traceId, shift);
    return shift;
  };
}

function move(span: Span, shift: bigint): void {
  span.startTimeUnixNano = String(BigInt(span.startTimeUnixNano) + shift);
  span.endTimeUnixNano = String(BigInt(span.endTimeUnixNano) + shift);
  for (const event of span.events ?? []) event.timeUnixNano = String(BigInt(event.timeUnixNano) + shift);
}
