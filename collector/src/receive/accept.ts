import { type ContentType, inspectRequest } from '../decode/decode.ts';
import type { Inspection } from '../decode/records.ts';
import type { Journal } from '../journal/journal.ts';
import type { Encoding, Signal } from '../journal/record.ts';
import { type Counters, countUp } from './counters.ts';
import { createGate } from './gate.ts';
import { inflate } from './inflate.ts';
import { giveBack } from './memory.ts';
import { explainMisdirected, rejectMisdirected } from './misdirected.ts';

/**
 * Takes one export request of either protocol: resolves when its bytes are on disk, exactly as they came. It is
 * looked through before, because what cannot be decoded later must be refused now. Where no item is accepted,
 * nothing is written. The memory of the body is given back, so it must belong to nobody else.
 * @throws SextantError undecodable, too_large, storage_unavailable
 */
export type Accept = (request: ExportRequest) => Promise<Inspection>;

export interface ExportRequest {
  readonly signal: Signal;
  readonly encoding: Encoding;
  readonly content_type: ContentType;
  readonly tenant: string;
  readonly body: Buffer;
}

export interface AcceptParts {
  readonly journal: Pick<Journal, 'append'>;
  readonly counters: Counters;
  /** Largest body, also after inflation. */
  readonly body_bytes_max: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export function createAccept({ journal, counters, body_bytes_max, now }: AcceptParts): Accept {
  const gate = createGate(inflated_at_once);
  return async (request) => {
    const found = await gate(() => inspect(request, body_bytes_max));
    if (found.items > 0) await journal.append({ ...request, received_ms: now() });
    count(counters, request.signal, found);
    // After a failure the journal may still be busy with it.
    giveBack(request.body);
    return found;
  };
}

// Inflated bodies are many times larger than the ones counted as under way, so there are few of them. The fourth
// of the threads that Node gives to zlib and files is left to the journal.
const inflated_at_once = 3;

async function inspect(request: ExportRequest, body_bytes_max: number): Promise<Inspection> {
  const { signal, content_type } = request;
  const body = await inflate(request.body, request.encoding, body_bytes_max);
  const inflated = { signal, content_type, body };
  try {
    const found = inspectRequest(inflated);
    return found.items > 0 || body.length === 0 ? found : rejectMisdirected(inflated, found);
  } catch (error) {
    throw explainMisdirected(inflated, error);
  } finally {
    if (body !== request.body) giveBack(body);
  }
}

function count(counters: Counters, signal: Signal, { items, rejections }: Inspection): void {
  const counter = counters.signals[signal];
  counter.accepted += items;
  for (const { reason, item_lost } of rejections) {
    if (item_lost) counter.rejected += 1;
    countUp(counter.dropped, reason);
  }
}
