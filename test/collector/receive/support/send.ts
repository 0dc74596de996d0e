import { openTail } from '../../../../collector/src/journal/tail.ts';
import type { startReceiver } from '../../../support/receiver.ts';
import { protobuf } from './requests.ts';

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;

export interface Sent {
  readonly method?: 'POST' | 'GET' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';
  readonly url?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer | string | object;
}

export async function send(
  receiver: Pick<Receiver, 'server'>,
  { method = 'POST', url = '/v1/traces', headers = protobuf, body = Buffer.alloc(0) }: Sent,
) {
  const payload = Buffer.isBuffer(body)
    ? ownMemory(body)
    : typeof body === 'string'
      ? body
      : JSON.stringify(body);
  const response = await receiver.server.inject({
    method,
    url,
    headers,
    ...(method === 'POST' ? { payload } : {}),
  });
  return {
    status: response.statusCode,
    headers: response.headers,
    type: String(response.headers['content-type']),
    body: response.rawPayload,
    text: response.body,
  };
}

/** What arrives belongs to the receiver alone, as what comes from a socket does. */
function ownMemory(body: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(body.length);
  body.copy(copy);
  return copy;
}

/** The records in the journal, oldest first. */
export async function journalled({ folder, journal }: Pick<Receiver, 'folder' | 'journal'>) {
  const tail = openTail({ folder, from: null, body_bytes_max: 1e8 });
  tail.advance(journal.durable());
  const records = (await tail.lag_bytes(tail.position())) > 0 ? await tail.next(1e8) : [];
  await tail.close();
  return records ?? [];
}
