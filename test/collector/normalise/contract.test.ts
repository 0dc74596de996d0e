import * as semconv from '@sextant/sdk/semconv';
import { openinference } from '../../../collector/src/normalise/dialects/openinference.ts';
import { otel_genai } from '../../../collector/src/normalise/dialects/otel-genai.ts';
import { dialectContract } from '../../contracts/dialect.ts';
import { openinference_examples, otel_genai_examples } from './examples.ts';

const semconv_names = Object.values(semconv).filter(
  (value) => value.startsWith('gen_ai.') || value.startsWith('sextant.'),
);

dialectContract(otel_genai, {
  examples: otel_genai_examples,
  names: [
    ...semconv_names,
    'gen_ai.system',
    'gen_ai.prompt',
    'gen_ai.prompt.0.role',
    'gen_ai.prompt.0.content',
    'gen_ai.prompt.0.tool_calls.0.name',
    'gen_ai.completion',
    'gen_ai.completion.1.content',
    'gen_ai.usage.prompt_tokens',
    'gen_ai.usage.cost',
    'gen_ai.usage.input_cost',
    'gen_ai.user.message',
    'gen_ai.tool.message',
    'gen_ai.choice',
    'gen_ai.client.inference.operation.details',
  ],
});

dialectContract(openinference, {
  examples: openinference_examples,
  names: [
    'openinference.span.kind',
    'llm.provider',
    'llm.model_name',
    'llm.token_count.prompt',
    'llm.token_count.completion',
    'llm.cost.total',
    'llm.finish_reason',
    'llm.input_messages.0.message.role',
    'llm.input_messages.0.message.content',
    'llm.input_messages.0.message.contents.0.message_content.type',
    'llm.input_messages.0.message.contents.0.message_content.text',
    'llm.input_messages.3.message.tool_calls.0.tool_call.function.name',
    'llm.output_messages.999.message.content',
    'llm.output_messages.1000.message.content',
    'embedding.embeddings.0.embedding.vector',
    'embedding.embeddings.0.embedding.text',
    'tool.name',
  ],
});
