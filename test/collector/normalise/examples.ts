import { spanOf } from './support.ts';

/** Spans of each dialect, for tests that hold for all of them. */

export const otel_genai_examples = [
  spanOf({
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.system_instructions': '[{"type":"text","content":"Be brief."}]',
      'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"Hello"}]}]',
      'gen_ai.output.messages':
        '[{"role":"assistant","parts":[{"type":"tool_call","id":"c1","name":"find","arguments":{"q":"x"}}],"finish_reason":"tool_call"}]',
    },
  }),
  spanOf({
    attributes: {
      'gen_ai.system': 'openai',
      'gen_ai.prompt.0.role': 'user',
      'gen_ai.prompt.0.content': 'What is the weather?',
      'gen_ai.completion.0.role': 'assistant',
      'gen_ai.completion.0.tool_calls.0.id': 'c1',
      'gen_ai.completion.0.tool_calls.0.name': 'weather',
      'gen_ai.completion.0.tool_calls.0.arguments': '{"city":"Paris"}',
    },
  }),
  spanOf({
    attributes: { 'gen_ai.operation.name': 'embeddings' },
    events: [{ name: 'gen_ai.user.message', attributes: { content: 'Hello' } }],
  }),
  spanOf({
    attributes: {
      'gen_ai.operation.name': 'embeddings',
      'sextant.embedding.vectors': [Buffer.from(Float32Array.of(0.5, -1).buffer).toString('base64')],
      'sextant.embedding.inputs': ['first'],
    },
  }),
];

export const openinference_examples = [
  spanOf({
    attributes: {
      'openinference.span.kind': 'LLM',
      'llm.model_name': 'gpt-4o',
      'llm.input_messages.1.message.role': 'tool',
      'llm.input_messages.1.message.content': 'sunny',
      'llm.input_messages.1.message.tool_call_id': 'c1',
      'llm.input_messages.0.message.role': 'user',
      'llm.input_messages.0.message.contents.0.message_content.type': 'text',
      'llm.input_messages.0.message.contents.0.message_content.text': 'What is the weather?',
      'llm.output_messages.0.message.role': 'assistant',
      'llm.output_messages.0.message.tool_calls.0.tool_call.id': 'c2',
      'llm.output_messages.0.message.tool_calls.0.tool_call.function.name': 'weather',
      'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments': '{"city":"Paris"}',
    },
  }),
  spanOf({ attributes: {}, scope: 'openinference.instrumentation.openai' }),
  spanOf({
    attributes: {
      'openinference.span.kind': 'EMBEDDING',
      'embedding.model_name': 'text-embedding-3-small',
      'embedding.embeddings.0.embedding.vector': [0.25, 0.5],
      'embedding.embeddings.0.embedding.text': 'first',
    },
  }),
];
