import { Agent, request } from 'node:http';

export interface Load {
  /** Address of /v1/traces. */
  readonly url: string;
  readonly bodies: readonly Buffer[];
  readonly encoding: 'identity' | 'gzip' | 'zstd';
  readonly connections: number;
}

/** Sends each body once over a few kept connections; returns what each acknowledgement took, sorted. */
export async function sendAll({ url, bodies, encoding, connections }: Load): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies_ms: number[] = [];
  const waiting = [...bodies];
  const worker = async () => {
    for (let body = waiting.pop(); body; body = waiting.pop()) {
      const started_ms = performance.now();
      await send({ url, body, encoding, agent });
      latencies_ms.push(performance.now() - started_ms);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return latencies_ms.sort((a, b) => a - b);
}

interface Sending {
  readonly url: string;
  readonly body: Buffer;
  readonly encoding: Load['encoding'];
  readonly agent: Agent;
}

/** Resolves with the acknowledgement; rejects with any other answer. */
export function send({ url, body, encoding, agent }: Sending): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/x-protobuf',
      'content-length': body.length,
      ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
    };
    const outgoing = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode}`)),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
