import { describe, expect, it } from 'vitest';
import { type ErrorCode, errors, SextantError } from '../../../collector/src/errors.ts';
import type { Journal } from '../../../collector/src/journal/journal.ts';
import { RetryLater } from '../../../collector/src/receive/refusal.ts';
import { startReceiver } from '../../support/receiver.ts';
import { readStatus } from './support/messages.ts';
import { json, one_item, one_item_json, protobuf } from './support/requests.ts';
import { send } from './support/send.ts';

/** OTLP 1.11: senders try again after 429, 502, 503 and 504, and after nothing else. */

function failing(error: Error): Journal {
  return {
    append: () => Promise.reject(error),
    bytes: () => 0,
    isAccepting: () => false,
    close: () => Promise.resolve(),
  } as unknown as Journal;
}

describe('faults that pass', () => {
  it.each([
    ['protobuf', protobuf, one_item.traces],
    ['JSON', json, one_item_json.traces],
  ])('asks for another attempt in %s when the journal cannot be written', async (_name, headers, body) => {
    const receiver = await startReceiver({ journal: failing(new SextantError('storage_unavailable')) });
    const answer = await send(receiver, { headers, body });
    expect(answer).toMatchObject({ status: 503, type: headers['content-type'] });
    expect(answer.headers['retry-after']).toBe('5');
    const status = readStatus(answer.body, answer.type);
    expect(status).toMatchObject({ code: 14, message: errors.storage_unavailable.message });
    expect(status.details[0]?.['@type']).toBe('type.googleapis.com/google.rpc.RetryInfo');
    expect(receiver.counters.signals.traces.accepted).toBe(0);
    expect(receiver.counters.refused).toEqual({ storage_unavailable: 1 });
    expect(receiver.intake.admission.inFlightBytes()).toBe(0);
  });

  it('says after how many seconds', async () => {
    const receiver = await startReceiver({ journal: failing(new RetryLater('rate_limited', 17)) });
    const answer = await send(receiver, { headers: json, body: one_item_json.traces });
    expect(answer.status).toBe(429);
    expect(answer.headers['retry-after']).toBe('17');
    expect(readStatus(answer.body, answer.type).details[0]).toMatchObject({ retryDelay: '17s' });
  });

  it('answers every code that may be tried again with 429 or 503 or 504 and Retry-After, and no other', async () => {
    for (const code of Object.keys(errors) as ErrorCode[]) {
      const receiver = await startReceiver({ journal: failing(new SextantError(code)) });
      const answer = await send(receiver, { body: one_item.traces });
      expect(answer.headers['retry-after'] !== undefined, code).toBe(errors[code].retry);
      expect([429, 502, 503, 504].includes(answer.status), code).toBe(errors[code].retry);
    }
  });
});

describe('a failure nobody foresaw', () => {
  it('is answered 500 without its text, and logged', async () => {
    const receiver = await startReceiver({ journal: failing(new TypeError('secret detail')) });
    const answer = await send(receiver, { body: one_item.traces });
    expect(answer.status).toBe(500);
    expect(readStatus(answer.body, answer.type)).toEqual({
      code: 13,
      message: errors.internal.message,
      details: [],
    });
    expect(JSON.stringify(receiver.log)).toContain('A request failed.');
  });
});
