import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTauRuns, type TauMessage, type TauRun } from '../e2e/support/tau.ts';
import { spawnCollector } from '../support/spawn-collector.ts';
import { sizeOfDays, untilStored } from './support/stored.ts';

/**
 * What recorded conversations of an agent need on disk, against the OTLP/JSON they arrive as. Every model span
 * carries the conversation so far, as senders of GenAI spans do. Measured after the collector has stopped.
 */
export async function run(): Promise<string[]> {
  const requests = readTauRuns().map(requestOf);
  const spans = requests.reduce((sum, request) => sum + request.spans.length, 0);
  const bodies = requests.map(({ spans: members }) => JSON.stringify(exportRequest(members)));
  const raw_bytes = bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0);
  const data = mkdtempSync(join(tmpdir(), 'sextant-bench-'));
  try {
    const collector = await spawnCollector({ data, environment: { SEXTANT_DRIFT: 'false' } });
    try {
      for (const body of bodies) await post(`${collector.url}/v1/traces`, body);
      await untilStored(collector, spans);
    } finally {
      await collector.stop();
    }
    const stored_bytes = sizeOfDays(data);
    return [
      `conversations on disk    ${Math.round(stored_bytes / spans)} B/span of ${Math.round(raw_bytes / spans)} B OTLP/JSON: 1/${(raw_bytes / stored_bytes).toFixed(1)} (${spans} spans, ${bodies.length} conversations)`,
    ];
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function post(url: string, body: string): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  if (!response.ok) throw new Error(`Refused with ${response.status}.`);
  await response.arrayBuffer();
}

function requestOf(run: TauRun, number: number): { readonly spans: readonly object[] } {
  const { traj } = run;
  const spans = traj.flatMap((message, index) =>
    message.role === 'assistant' ? [chatSpan({ run, number, index, message })] : [],
  );
  return { spans };
}

interface Answer {
  readonly run: TauRun;
  readonly number: number;
  readonly index: number;
  readonly message: TauMessage;
}

function chatSpan({ run, number, index, message }: Answer): object {
  const start_ns = (BigInt(Date.now()) - 3_600_000n + BigInt(number * 1_000 + index)) * 1_000_000n;
  const string = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  return {
    traceId: (number + 1).toString(16).padStart(32, '0'),
    spanId: (number * 1_000 + index + 1).toString(16).padStart(16, '0'),
    name: 'chat gpt-4o',
    kind: 3,
    startTimeUnixNano: String(start_ns),
    endTimeUnixNano: String(start_ns + 900_000n),
    attributes: [
      string('gen_ai.operation.name', 'chat'),
      string('gen_ai.provider.name', 'openai'),
      string('gen_ai.request.model', 'gpt-4o'),
      string('gen_ai.conversation.id', `airline-${run.task_id}-${run.trial}`),
      string('gen_ai.input.messages', JSON.stringify(run.traj.slice(0, index).map(asMessage))),
      string('gen_ai.output.messages', JSON.stringify([asMessage(message)])),
    ],
  };
}

function asMessage({ role, content, tool_calls, tool_call_id }: TauMessage): object {
  if (role === 'tool')
    return { role, parts: [{ type: 'tool_call_response', id: tool_call_id, response: content }] };
  const said = content ? [{ type: 'text', content }] : [];
  const calls = (tool_calls ?? []).map(({ id, function: { name, arguments: given } }) => {
    return { type: 'tool_call', id, name, arguments: JSON.parse(given) };
  });
  return { role, parts: [...said, ...calls] };
}

function exportRequest(spans: readonly object[]): object {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'airline' } }] };
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'bench' }, spans }] }] };
}

if (import.meta.main) for (const line of await run()) console.log(line);
