import { describe, expect, it } from 'vitest';
import { openinference } from '../../../collector/src/normalise/dialects/openinference.ts';
import { normalise } from '../../../collector/src/normalise/normalise.ts';
import { decodeFile, has_data, originalAttributes } from './data.ts';
import { type PlainAttributes, spanOf } from './support.ts';

const map = (attributes: PlainAttributes) => openinference.map(spanOf({ attributes }));

it('reads the kind in either case and keeps one it does not know', () => {
  expect(map({ 'openinference.span.kind': 'llm' }).operation).toBe('chat');
  expect(map({ 'openinference.span.kind': 'RERANKER' }).operation).toBe('rerank');
  expect(map({ 'openinference.span.kind': 'ROUTER' }).operation).toBe('router');
});

it('reads images, reports what it keeps, and leaves other attributes of a message', () => {
  const prefix = 'llm.input_messages.0.message';
  const fields = map({
    [`${prefix}.role`]: 'user',
    [`${prefix}.contents.0.message_content.type`]: 'image',
    [`${prefix}.contents.0.message_content.image.image.url`]: 'https://example.com/a.png',
    [`${prefix}.weight`]: 3,
  });
  expect(fields.input_messages).toEqual([
    { role: 'user', parts: [{ type: 'uri', modality: 'image', uri: 'https://example.com/a.png' }] },
  ]);
  expect(fields.consumed).not.toContain(`${prefix}.weight`);
  expect(fields.consumed).toHaveLength(3);
});

it('reads vectors, and only those of finite numbers', () => {
  const fields = map({
    'embedding.model_name': 'text-embedding-3-small',
    'embedding.embeddings.1.embedding.vector': [1, 2],
    'embedding.embeddings.0.embedding.vector': [0.5, 0.25],
    'embedding.embeddings.0.embedding.text': 'first',
    'embedding.embeddings.2.embedding.vector': [1, 'x'],
    'embedding.embeddings.3.embedding.vector': [],
  });
  expect(fields.vectors).toEqual([
    { vector: Float32Array.of(0.5, 0.25), text: 'first' },
    { vector: Float32Array.of(1, 2) },
  ]);
  expect(fields.consumed).toHaveLength(3);
});

describe.skipIf(!has_data)('recorded spans', () => {
  it('CrewAI through LiteLLM', () => {
    const path = 'spans-langfuse-framework-traces/crewai-2025-07-11.trace.json.gz';
    const normal = normalise(spanOf({ attributes: originalAttributes(path, '231c43964b7e7e63') }));
    expect(normal).toMatchObject({ dialect: 'openinference', is_leaf: true });
    expect(normal.usage).toEqual({
      input_tokens: 190,
      cache_read_tokens: 0,
      cache_write_tokens: null,
      output_tokens: 164,
      reasoning_tokens: 0,
      audio_input_tokens: 0,
      audio_output_tokens: 0,
    });
    expect(normal.fields.request_model).toBe('gpt-4o-mini');
    expect(normal.fields.input_messages?.map((message) => message.role)).toEqual(['system', 'user']);
    expect(normal.fields.output_messages?.[0]?.parts[0]?.type).toBe('text');
    expect(normal.consumed.size).toBe(6);
  });

  it('Vertex AI', () => {
    const path = 'spans-langfuse-framework-traces/vertex-ai-2025-08-01.trace.json.gz';
    const normal = normalise(spanOf({ attributes: originalAttributes(path, '125abcbf5c41f4df') }));
    expect(normal.usage).toMatchObject({ input_tokens: 5, output_tokens: 845, reasoning_tokens: null });
    expect(normal.fields.input_messages).toEqual([
      { role: 'user', parts: [{ type: 'text', content: 'What is Langfuse?' }] },
    ]);
  });

  it('a tool of Agno', () => {
    const path = 'spans-langfuse-framework-traces/agno-2025-06-11.trace.json.gz';
    const normal = normalise(spanOf({ attributes: originalAttributes(path, '6581e147aec6793a') }));
    expect(normal).toMatchObject({
      is_leaf: false,
      fields: { operation: 'execute_tool', tool_name: 'duckduckgo_search' },
    });
  });

  it('gives the same messages as the OpenTelemetry form of the same call', async () => {
    const [ours] = await decodeFile('spans-openinference-genai/openinference_client_span_tool_calls.json.gz');
    const [theirs] = await decodeFile('spans-openinference-genai/otel_genai_client_span_tool_calls.json.gz');
    const left = normalise(ours!);
    const right = normalise(theirs!);
    expect(left.fields.input_messages).toEqual(right.fields.input_messages);
    expect(left.usage).toEqual(right.usage);
    expect(left.fields.provider).toBe(right.fields.provider);
  });
});
