import type { AttributeValue } from '../decode/records.ts';
import { asText } from './read.ts';

/**
 * Spellings of a provider and the value of `gen_ai.provider.name` for each. A spelling also stands for itself
 * with a suffix: `openai.responses` is `openai`.
 */
const providers: ReadonlyMap<string, string> = new Map([
  ['az.ai.openai', 'azure.ai.openai'],
  ['azure-openai', 'azure.ai.openai'],
  ['azure_openai', 'azure.ai.openai'],
  ['azure.ai.openai', 'azure.ai.openai'],
  ['azure', 'azure.ai.openai'],
  ['az.ai.inference', 'azure.ai.inference'],
  ['azure.ai.inference', 'azure.ai.inference'],
  ['aws', 'aws.bedrock'],
  ['bedrock', 'aws.bedrock'],
  ['amazon-bedrock', 'aws.bedrock'],
  ['aws.bedrock', 'aws.bedrock'],
  ['google', 'gcp.gen_ai'],
  ['gemini', 'gcp.gemini'],
  ['gcp.gemini', 'gcp.gemini'],
  ['google.generative-ai', 'gcp.gemini'],
  ['google.vertex', 'gcp.vertex_ai'],
  ['google-vertex', 'gcp.vertex_ai'],
  ['vertex_ai', 'gcp.vertex_ai'],
  ['vertexai', 'gcp.vertex_ai'],
  ['gcp.vertex_ai', 'gcp.vertex_ai'],
  ['gcp.gen_ai', 'gcp.gen_ai'],
  ['mistral', 'mistral_ai'],
  ['mistralai', 'mistral_ai'],
  ['mistral_ai', 'mistral_ai'],
  ['xai', 'x_ai'],
  ['x_ai', 'x_ai'],
  ['moonshot', 'moonshot_ai'],
  ['moonshot_ai', 'moonshot_ai'],
  ['watsonx', 'ibm.watsonx.ai'],
  ['ibm.watsonx.ai', 'ibm.watsonx.ai'],
  ['openai', 'openai'],
  ['anthropic', 'anthropic'],
  ['cohere', 'cohere'],
  ['groq', 'groq'],
  ['deepseek', 'deepseek'],
  ['perplexity', 'perplexity'],
]);

/** Frameworks and gateways that name themselves where the provider belongs: no price can be looked up by them. */
const not_providers: ReadonlySet<string> = new Set([
  'strands-agents',
  'gcp.vertex.agent',
  'autogen',
  'langchain',
  'crewai',
  'semantic_kernel',
  'microsoft.agent_framework',
  'github',
  'openrouter',
  'litellm',
  'hosted_vllm',
  'vercel',
]);

/** The provider a sender's word stands for; undefined for a framework, the word in lower case when it is new. */
export function canonicalProvider(word: string): string | undefined {
  const spelling = word.toLowerCase();
  for (let head = spelling; head !== ''; head = head.slice(0, Math.max(0, head.lastIndexOf('.')))) {
    if (not_providers.has(head)) return undefined;
    const provider = providers.get(head);
    if (provider !== undefined) return provider;
  }
  return spelling;
}

/** The provider an attribute names. */
export function asProvider(value: AttributeValue): string | undefined {
  const word = asText(value);
  return word === undefined ? undefined : canonicalProvider(word);
}
