import { describe, expect, it } from 'vitest';
import type { Json, StoredMessage } from '../../../dashboards/web/src/api/client.ts';
import { toTranscript } from '../../../dashboards/web/src/trace/transcript.ts';

function message(role: string, ...parts: Json[]): StoredMessage {
  return { message_hash: '', role, content: { role, parts } };
}

const call = { type: 'tool_call', id: 'c1', name: 'find', arguments: { city: 'Oslo' } };
const response = { type: 'tool_call_response', id: 'c1', response: 'found' };

describe('toTranscript', () => {
  it('puts a result with the call it answers', () => {
    const turns = toTranscript([message('assistant', call), message('tool', response)], []);
    expect(turns).toHaveLength(1);
    expect(turns[0]!.parts).toEqual([
      { kind: 'tool', name: 'find', arguments: { city: 'Oslo' }, result: { value: 'found' } },
    ]);
  });

  it('keeps results whose call is not there, and calls without result', () => {
    const orphan = toTranscript([message('tool', response)], []);
    expect(orphan[0]!.parts).toEqual([{ kind: 'tool_result', result: { value: 'found' } }]);
    const { id: _, ...nameless } = call;
    const unanswered = toTranscript([message('tool', response)], [message('assistant', nameless)]);
    expect(unanswered.flatMap((turn) => turn.parts.map((part) => part.kind))).toEqual([
      'tool_result',
      'tool',
    ]);
  });

  it('keeps a second result of the same call', () => {
    const again = { ...response, response: 'found again' };
    const turns = toTranscript(
      [message('assistant', call), message('tool', response), message('tool', again)],
      [],
    );
    expect(JSON.stringify(turns)).toContain('found again');
  });

  it('keeps a part of unknown shape as it is, and its neighbours readable', () => {
    const odd = [
      { type: 'hologram' },
      'bare',
      null,
      { type: 'text', content: 7 },
      { type: 'tool_call', name: 7 },
    ];
    const [turn] = toTranscript([], [message('assistant', { type: 'text', content: 'Hello' }, ...odd)]);
    expect(turn!.parts).toEqual([
      { kind: 'text', text: 'Hello' },
      ...odd.map((value) => ({ kind: 'unknown', value })),
    ]);
  });

  it('says that a text was erased', () => {
    const [turn] = toTranscript([{ message_hash: '', role: null, content: null }], []);
    expect(turn!.parts).toEqual([{ kind: 'erased' }]);
  });

  it('survives contents that are no message at all', () => {
    const broken = { message_hash: '', role: 'user', content: { role: 'user', parts: 'no list' } };
    expect(toTranscript([broken as unknown as StoredMessage], [])).toEqual([]);
  });
});
