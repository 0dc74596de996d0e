import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeLogs } from '../../../../collector/src/decode/decode.ts';
import { type LogRows, logRows } from '../../../../collector/src/enrich/log-rows.ts';
import { messageOf } from '../../../../collector/src/lifecycle/export/messages.ts';
import { log_form, logOf } from '../../../../collector/src/lifecycle/export/otlp-log.ts';
import { requestOf } from '../../../../collector/src/lifecycle/export/requests.ts';
import type { Row } from '../../../../collector/src/stores/store.ts';
import { any_value, attributes, hex, messages, parts, start_ns } from './arbitraries.ts';

/** The way of a request into rows. */
function rowsOf(request: string): LogRows {
  const { logs } = decodeLogs(Buffer.from(request), 'json');
  return logRows(logs, { tenant: 'default', received_ms: 1_770_000_000_000 });
}

/** The way of rows back into a request. */
function exported({ logs, amendments }: LogRows): string {
  const contents = new Map(
    amendments.flatMap((amendment) =>
      amendment.messages.map((row) => [row.message_hash, messageOf(row as unknown as Row)] as const),
    ),
  );
  return requestOf(
    log_form,
    logs.map((row) => logOf(row as unknown as Row, contents)),
  );
}

const string = (stringValue: string) => ({ stringValue });
const field = (key: string, value: object) => ({ key, value });
const map = (...values: object[]) => ({ kvlistValue: { values } });
const text = (value: unknown) => string(JSON.stringify(value));

/** What the parts of an event are as senders write them: structure, or a plain text. */
const content = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).map(string),
  parts.map(text),
  fc.constantFrom('', '[]', '{"a":1}').map(string),
);

const message_event = fc
  .record({
    name: fc.constantFrom('system', 'user', 'assistant', 'tool'),
    content,
    others: attributes,
    role: fc.option(fc.constantFrom('user', 'developer')),
    place: fc.constantFrom('body', 'text body', 'attributes'),
  })
  .map(({ name, content: value, others, role, place }) => {
    const fields = [
      ...others,
      field('content', value),
      ...(role === null ? [] : [field('role', string(role))]),
      ...(name === 'tool' ? [field('id', string('call_1'))] : []),
    ];
    const eventName = `gen_ai.${name}.message`;
    if (place === 'attributes') return { eventName, attributes: fields };
    return { eventName, attributes: others, body: place === 'body' ? map(...fields) : value };
  });

const choice_event = fc
  .record({ content, index: fc.nat(3), reason: fc.option(fc.constantFrom('stop', 'tool_calls')) })
  .map(({ content: value, index, reason }) => ({
    eventName: 'gen_ai.choice',
    attributes: [],
    body: map(
      field('index', { intValue: index }),
      field('message', map(field('role', string('assistant')), field('content', value))),
      ...(reason === null ? [] : [field('finish_reason', string(reason))]),
    ),
  }));

const whole_event = fc
  .record({
    input: fc.option(messages),
    output: fc.option(messages),
    instructions: fc.option(parts),
    others: attributes,
    in_body: fc.boolean(),
    name: fc.constantFrom(
      'gen_ai.client.inference.operation.details',
      'gen_ai.content.prompt',
      'gen_ai.content.completion',
    ),
  })
  .map(({ input, output, instructions, others, in_body, name }) => {
    const is_details = name.endsWith('details');
    const fields = [
      ...(input === null ? [] : [field(is_details ? 'gen_ai.input.messages' : 'gen_ai.prompt', text(input))]),
      ...(output === null
        ? []
        : [field(is_details ? 'gen_ai.output.messages' : 'gen_ai.completion', text(output))]),
      ...(instructions === null ? [] : [field('gen_ai.system_instructions', text(instructions))]),
    ];
    return in_body
      ? { eventName: name, attributes: others, body: map(...fields) }
      : { eventName: name, attributes: [...others, ...fields] };
  });

const plain_record = fc.record({
  eventName: fc.constantFrom('', 'exception', 'session.start'),
  attributes,
  body: fc.option(any_value, { nil: undefined }),
});

const log = fc
  .record({
    time: fc.record({
      timeUnixNano: start_ns.map(String),
      observedTimeUnixNano: fc.option(start_ns.map(String), { nil: undefined }),
    }),
    severityNumber: fc.nat(24),
    severityText: fc.string(),
    ids: fc.oneof(fc.record({ traceId: hex(32), spanId: hex(16) }), fc.constant({})),
    said: fc.oneof(message_event, choice_event, whole_event, plain_record),
  })
  .map(({ time, ids, said, ...rest }) => ({ ...rest, ...time, ...ids, ...said }));

const request = fc
  .record({
    resource: attributes,
    scope: fc.record({ name: fc.string(), version: fc.string(), attributes }),
    logRecords: fc.array(log, { minLength: 1, maxLength: 3 }),
  })
  .map(({ resource, scope, logRecords }) =>
    JSON.stringify({
      resourceLogs: [{ resource: { attributes: resource }, scopeLogs: [{ scope, logRecords }] }],
    }),
  );

it('makes of the rows of a request a request that makes the same rows', () => {
  fc.assert(
    fc.property(request, (text) => {
      const rows = rowsOf(text);
      expect(rowsOf(exported(rows)).logs).toEqual(rows.logs);
    }),
    { seed: 20261128, numRuns: 1_000 },
  );
});
