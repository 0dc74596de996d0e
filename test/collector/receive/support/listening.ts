import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { startReceiver } from '../../../support/receiver.ts';
import { protobuf } from './requests.ts';

/** The receiver on a port of its own, for what only a connection shows. */
export async function startListening(given: Parameters<typeof startReceiver>[0] = {}) {
  const receiver = await startReceiver(given);
  await receiver.server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = receiver.server.server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  return { ...receiver, port, agent };
}

export type Listening = Awaited<ReturnType<typeof startListening>>;

export interface Opened {
  readonly outgoing: ClientRequest;
  readonly answer: Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Begins a request whose body the test writes; without content-length it is sent in chunks. */
export function open({ port, agent }: Listening, headers: Record<string, string | number> = {}): Opened {
  const outgoing = request({
    host: '127.0.0.1',
    port,
    agent,
    method: 'POST',
    path: '/v1/traces',
    headers: { 'content-type': protobuf['content-type'], ...headers },
  });
  outgoing.flushHeaders();
  return { outgoing, answer: readAnswer(outgoing) };
}

async function readAnswer(outgoing: ClientRequest): Promise<Answer> {
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode as number, headers: response.headers, body: Buffer.concat(chunks) };
}

/** Writes text on a connection and gives everything that comes back until it is closed. */
export async function converse(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
