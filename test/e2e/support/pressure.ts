import { makeSpans, type Spans } from '../../crash/spans.ts';
import { eventually } from '../../support/spawn-collector.ts';

/** A sender that goes on until it is refused, and sends what was refused again later. */
export interface Pressure {
  readonly acknowledged: ReadonlySet<string>;
  /** Answers that are neither an acknowledgement nor a request to come back later, in words. */
  readonly violations: readonly string[];
  /** Sends new spans until it was refused so many times in a row. */
  untilRefused(times: number): Promise<void>;
  /** Sends what was refused until it is acknowledged. */
  untilAcknowledged(): Promise<void>;
}

export function createPressure(url: string): Pressure {
  const acknowledged = new Set<string>();
  const violations: string[] = [];
  const refused: Spans[] = [];
  let first = 0;

  const send = async (spans: Spans): Promise<boolean> => {
    const headers = { 'content-type': 'application/x-protobuf' };
    const body = new Uint8Array(spans.body);
    const response = await fetch(`${url}/v1/traces`, { method: 'POST', headers, body });
    await response.arrayBuffer();
    if (response.status === 200) for (const id of spans.ids) acknowledged.add(id);
    else if (response.status !== 503 || !response.headers.has('retry-after'))
      violations.push(`${response.status}, Retry-After ${response.headers.get('retry-after')}`);
    return response.status === 200;
  };

  return {
    acknowledged,
    violations,
    async untilRefused(times) {
      for (let in_a_row = 0; in_a_row < times; ) {
        const spans = makeSpans({ sender: 0, first, count: 50 });
        first += 50;
        if (await send(spans)) in_a_row = 0;
        else {
          refused.push(spans);
          in_a_row += 1;
        }
      }
    },
    async untilAcknowledged() {
      await eventually(
        async () => {
          while (refused[0] && (await send(refused[0]))) refused.shift();
          return refused.length === 0;
        },
        () => violations.join(', '),
        60_000,
      );
    },
  };
}
