/**
 * Every attribute name Sextant emits, once. The constants follow the attribute: dots become underscores.
 *
 * `gen_ai.*` are the OpenTelemetry GenAI conventions 1.41, with the names merged since where 1.41 has none;
 * `sextant.*` are ours and documented in `docs/attributes.md`. Imports nothing, so that a reader of spans can
 * use it without the SDK.
 */

/** Name of the instrumentation scope of every span the SDK makes. */
export const SCOPE_NAME = '@sextant/sdk';
/** Schema of the scope: how a reader can tell which names to expect. */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.41.0';

// Operations
export const GEN_AI_OPERATION_NAME = 'gen_ai.operation.name';
export const OPERATION_CHAT = 'chat';
export const OPERATION_EMBEDDINGS = 'embeddings';
export const OPERATION_RETRIEVAL = 'retrieval';
export const OPERATION_EXECUTE_TOOL = 'execute_tool';
export const OPERATION_INVOKE_AGENT = 'invoke_agent';
export const OPERATION_INVOKE_WORKFLOW = 'invoke_workflow';

// Who was asked
export const GEN_AI_PROVIDER_NAME = 'gen_ai.provider.name';
export const SERVER_ADDRESS = 'server.address';
export const SERVER_PORT = 'server.port';

// The request
export const GEN_AI_REQUEST_MODEL = 'gen_ai.request.model';
export const GEN_AI_REQUEST_STREAM = 'gen_ai.request.stream';
export const GEN_AI_REQUEST_CHOICE_COUNT = 'gen_ai.request.choice.count';
export const GEN_AI_REQUEST_MAX_TOKENS = 'gen_ai.request.max_tokens';
export const GEN_AI_REQUEST_TEMPERATURE = 'gen_ai.request.temperature';
export const GEN_AI_REQUEST_TOP_P = 'gen_ai.request.top_p';
export const GEN_AI_REQUEST_SEED = 'gen_ai.request.seed';
export const GEN_AI_REQUEST_STOP_SEQUENCES = 'gen_ai.request.stop_sequences';
export const GEN_AI_REQUEST_FREQUENCY_PENALTY = 'gen_ai.request.frequency_penalty';
export const GEN_AI_REQUEST_PRESENCE_PENALTY = 'gen_ai.request.presence_penalty';
export const GEN_AI_REQUEST_ENCODING_FORMATS = 'gen_ai.request.encoding_formats';
export const GEN_AI_REQUEST_REASONING_LEVEL = 'gen_ai.request.reasoning.level';
export const GEN_AI_REQUEST_PREVIOUS_RESPONSE_ID = 'gen_ai.request.previous_response.id';
export const GEN_AI_OUTPUT_TYPE = 'gen_ai.output.type';

// The response
export const GEN_AI_RESPONSE_ID = 'gen_ai.response.id';
export const GEN_AI_RESPONSE_MODEL = 'gen_ai.response.model';
export const GEN_AI_RESPONSE_FINISH_REASONS = 'gen_ai.response.finish_reasons';
/** Seconds from the request to the first chunk of a stream. */
export const GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK = 'gen_ai.response.time_to_first_chunk';
export const SEXTANT_RESPONSE_TIME_PER_OUTPUT_TOKEN = 'sextant.response.time_per_output_token';

// Usage: input includes what the cache served or took, output includes reasoning
export const GEN_AI_USAGE_INPUT_TOKENS = 'gen_ai.usage.input_tokens';
export const GEN_AI_USAGE_OUTPUT_TOKENS = 'gen_ai.usage.output_tokens';
export const GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS = 'gen_ai.usage.cache_read.input_tokens';
/** The name of 1.41; `cache_write` replaces it, and both are emitted. */
export const GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS = 'gen_ai.usage.cache_creation.input_tokens';
export const GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS = 'gen_ai.usage.cache_write.input_tokens';
export const GEN_AI_USAGE_REASONING_OUTPUT_TOKENS = 'gen_ai.usage.reasoning.output_tokens';
export const SEXTANT_USAGE_AUDIO_INPUT_TOKENS = 'sextant.usage.audio.input_tokens';
export const SEXTANT_USAGE_AUDIO_OUTPUT_TOKENS = 'sextant.usage.audio.output_tokens';

// Content
export const GEN_AI_SYSTEM_INSTRUCTIONS = 'gen_ai.system_instructions';
export const GEN_AI_INPUT_MESSAGES = 'gen_ai.input.messages';
export const GEN_AI_OUTPUT_MESSAGES = 'gen_ai.output.messages';
export const GEN_AI_TOOL_DEFINITIONS = 'gen_ai.tool.definitions';
export const SEXTANT_CONTENT_TRUNCATED = 'sextant.content.truncated';

// Tools, agents and workflows
export const GEN_AI_TOOL_NAME = 'gen_ai.tool.name';
export const GEN_AI_TOOL_TYPE = 'gen_ai.tool.type';
export const GEN_AI_TOOL_DESCRIPTION = 'gen_ai.tool.description';
export const GEN_AI_TOOL_CALL_ID = 'gen_ai.tool.call.id';
export const GEN_AI_TOOL_CALL_ARGUMENTS = 'gen_ai.tool.call.arguments';
export const GEN_AI_TOOL_CALL_RESULT = 'gen_ai.tool.call.result';
export const GEN_AI_AGENT_ID = 'gen_ai.agent.id';
export const GEN_AI_AGENT_NAME = 'gen_ai.agent.name';
export const GEN_AI_AGENT_DESCRIPTION = 'gen_ai.agent.description';
export const GEN_AI_WORKFLOW_NAME = 'gen_ai.workflow.name';

// Retrieval and embeddings
export const GEN_AI_DATA_SOURCE_ID = 'gen_ai.data_source.id';
export const GEN_AI_RETRIEVAL_QUERY_TEXT = 'gen_ai.retrieval.query.text';
export const GEN_AI_RETRIEVAL_DOCUMENTS = 'gen_ai.retrieval.documents';
export const GEN_AI_RETRIEVAL_TOP_K = 'gen_ai.retrieval.top_k';
export const GEN_AI_EMBEDDINGS_DIMENSION_COUNT = 'gen_ai.embeddings.dimension.count';
export const SEXTANT_EMBEDDING_VECTORS = 'sextant.embedding.vectors';
export const SEXTANT_EMBEDDING_INPUTS = 'sextant.embedding.inputs';

// Evaluations: who judged, one of llm, human and code
export const SEXTANT_EVALUATION_KIND = 'sextant.evaluation.kind';

// Who and in which conversation
export const GEN_AI_CONVERSATION_ID = 'gen_ai.conversation.id';
export const USER_ID = 'user.id';

// Versions
export const GEN_AI_PROMPT_NAME = 'gen_ai.prompt.name';
export const GEN_AI_PROMPT_VERSION = 'gen_ai.prompt.version';
export const GEN_AI_AGENT_VERSION = 'gen_ai.agent.version';
export const SEXTANT_CHAIN_VERSION = 'sextant.chain.version';
export const SEXTANT_TOOL_VERSION = 'sextant.tool.version';
export const SEXTANT_ADAPTER_NAME = 'sextant.adapter.name';
export const SEXTANT_ADAPTER_VERSION = 'sextant.adapter.version';
export const SEXTANT_USER_SEGMENT = 'sextant.user.segment';
export const SEXTANT_DEPLOYMENT_VERSION = 'sextant.deployment.version';

// Serving
export const SEXTANT_SERVER_TIME_IN_QUEUE = 'sextant.server.time_in_queue';
export const SEXTANT_SERVER_TIME_IN_PREFILL = 'sextant.server.time_in_prefill';
export const SEXTANT_SERVER_TIME_IN_DECODE = 'sextant.server.time_in_decode';

// OpenAI
export const OPENAI_API_TYPE = 'openai.api.type';
export const OPENAI_REQUEST_SERVICE_TIER = 'openai.request.service_tier';
export const OPENAI_RESPONSE_SERVICE_TIER = 'openai.response.service_tier';
export const OPENAI_RESPONSE_SYSTEM_FINGERPRINT = 'openai.response.system_fingerprint';

// Errors, and streams nobody read to the end
export const EVENT_STREAM_ABANDONED = 'sextant.stream.abandoned';
export const ERROR_TYPE = 'error.type';
export const HTTP_RESPONSE_STATUS_CODE = 'http.response.status_code';

// The resource
export const SERVICE_NAME = 'service.name';
export const DEPLOYMENT_ENVIRONMENT_NAME = 'deployment.environment.name';
