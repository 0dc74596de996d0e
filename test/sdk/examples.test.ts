import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createQuestions } from '../../examples/support-agent/questions.ts';
import { type OtlpSink, startOtlpSink } from './support/otlp-sink.ts';

describe('examples', () => {
  let sink: OtlpSink;
  beforeAll(async () => {
    sink = await startOtlpSink();
  });
  afterAll(() => sink.close());

  async function runExample(path: string): Promise<string> {
    const file = fileURLToPath(new URL(`../../examples/${path}`, import.meta.url));
    const env = { ...process.env, SEXTANT_URL: sink.url };
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@sextant/source', file], {
      env,
    });
    return stdout;
  }

  it('quickstart-javascript prints what its README says', async () => {
    expect(await runExample('quickstart-javascript/quickstart.js')).toBe(
      'You asked: Where is my order? (shipped)\n3 spans delivered\n',
    );
    expect(sink.spans.map(({ name }) => name).toSorted()).toEqual([
      'chat stand-in-1',
      'execute_tool find_order',
      'invoke_agent support',
    ]);
  });

  it('support-agent makes the trees its README draws', async () => {
    sink.spans.length = 0;
    expect(await runExample('support-agent/support-agent.ts')).toMatch(/\d+ spans delivered\n$/);
    const byId = new Map(sink.spans.map((span) => [span.spanId, span]));
    const edges = new Set(
      sink.spans.map(({ name, parentSpanId }) => `${byId.get(parentSpanId ?? '')?.name ?? ''} > ${name}`),
    );
    expect([...edges]).toEqual(
      expect.arrayContaining([
        ' > invoke_agent support',
        'invoke_agent support > retrieval handbook',
        'retrieval handbook > embeddings text-embedding-3-small',
        'invoke_agent support > chat gpt-4o-mini',
        'invoke_agent support > execute_tool find_order',
      ]),
    );
    const chats = sink.spans.filter(({ name }) => name.startsWith('chat'));
    const versions = new Set(chats.map(({ attributes }) => attributes['gen_ai.prompt.version']));
    expect([...versions].toSorted()).toEqual(['1', '2']);
    expect(chats.every(({ attributes }) => Number(attributes['gen_ai.usage.input_tokens']) > 0)).toBe(true);
  });

  it('questions are many, the same for the same seed, and of other topics in another mix', () => {
    const ask = createQuestions({ seed: 5 });
    const again = createQuestions({ seed: 5 });
    const ordinary = Array.from({ length: 3000 }, () => ask('ordinary'));
    expect(Array.from({ length: 3000 }, () => again('ordinary'))).toEqual(ordinary);
    expect(new Set(ordinary.map(({ turns }) => turns[0])).size).toBeGreaterThan(2500);
    expect(ordinary.some(({ turns }) => turns.join().includes('{'))).toBe(false);
    const later = Array.from({ length: 1000 }, () => ask('new_product'));
    const aboutLocks = (questions: typeof later) =>
      questions.filter(({ turns }) => /\block\b/.test(turns.join(' '))).length / questions.length;
    expect(aboutLocks(ordinary)).toBeLessThan(0.01);
    expect(aboutLocks(later)).toBeGreaterThan(0.5);
  });
});
