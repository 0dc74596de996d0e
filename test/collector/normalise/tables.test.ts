import { expect, it } from 'vitest';
import { canonicalFinishReason } from '../../../collector/src/normalise/finish-reason.ts';
import { canonicalProvider } from '../../../collector/src/normalise/provider.ts';

it.each([
  ['openai', 'openai'],
  ['OpenAI', 'openai'],
  ['openai.responses', 'openai'],
  ['anthropic.messages', 'anthropic'],
  ['google.vertex.chat', 'gcp.vertex_ai'],
  ['google.generative-ai', 'gcp.gemini'],
  ['azure', 'azure.ai.openai'],
  ['xai', 'x_ai'],
  ['vllm', 'vllm'],
  ['openaix', 'openaix'],
  ['constructor', 'constructor'],
  ['github', undefined],
  ['gcp.vertex.agent', undefined],
  ['langchain.chat', undefined],
])('provider %s is %s', (word, provider) => {
  expect(canonicalProvider(word)).toBe(provider);
});

it.each([
  ['end_turn', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['tool-calls', 'tool_call'],
  ['pause_turn', 'pause_turn'],
])('finish reason %s is %s', (word, reason) => {
  expect(canonicalFinishReason(word)).toBe(reason);
});
