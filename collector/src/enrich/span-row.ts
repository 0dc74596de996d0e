import type { NormalSpan } from '../normalise/normalise.ts';
import type { NewRow } from '../stores/schema.ts';
import type { Cost } from './cost.ts';
import { attributesJson, eventsJson, linksJson, type ResourceJson } from './json-columns.ts';
import type { MessageRows } from './messages.ts';
import { microseconds } from './times.ts';

/** What a row needs beside the span. */
export interface Ingredients {
  readonly tenant: string;
  readonly cost: Cost | null;
  readonly messages: MessageRows;
  readonly resource_json: ResourceJson;
}

/**
 * The row of a span. Serving times are those the span itself reported; what engines and GPUs report is joined to
 * it by others. All columns are in one literal, because the engine makes an object of known properties in one step.
 */
export function spanRow(
  normal: NormalSpan,
  { tenant, cost, messages, resource_json }: Ingredients,
): NewRow<'spans'> {
  const { span, fields, usage } = normal;
  return {
    tenant,
    trace_id: span.trace_id,
    span_id: span.span_id,
    parent_span_id: span.parent_span_id,
    service: normal.service,
    environment: normal.environment,
    name: span.name,
    dialect: normal.dialect,
    start_time: microseconds(span.start_time_ns),
    end_time: microseconds(span.end_time_ns),
    duration_ms: Number(span.end_time_ns - span.start_time_ns) / 1e6,
    kind: kinds[span.kind] ?? 'unspecified',
    status: normal.status,
    status_message: span.status_message || null,
    conversation_id: fields.conversation_id ?? null,
    user_id: fields.user_id ?? null,
    operation: fields.operation ?? null,
    error_type: fields.error_type ?? null,
    provider: fields.provider ?? null,
    request_model: fields.request_model ?? null,
    response_model: fields.response_model ?? null,
    response_id: fields.response_id ?? null,
    finish_reasons: fields.finish_reasons ?? null,
    agent_name: fields.agent_name ?? null,
    agent_version: fields.agent_version ?? null,
    tool_name: fields.tool_name ?? null,
    tool_call_id: fields.tool_call_id ?? null,
    tool_version: fields.tool_version ?? null,
    prompt_name: fields.prompt_name ?? null,
    prompt_version: fields.prompt_version ?? null,
    chain_name: fields.chain_name ?? null,
    chain_version: fields.chain_version ?? null,
    adapter_name: fields.adapter_name ?? null,
    adapter_version: fields.adapter_version ?? null,
    deployment_version: fields.deployment_version ?? null,
    input_tokens: usage.input_tokens,
    cache_read_tokens: usage.cache_read_tokens,
    cache_write_tokens: usage.cache_write_tokens,
    output_tokens: usage.output_tokens,
    reasoning_tokens: usage.reasoning_tokens,
    audio_input_tokens: usage.audio_input_tokens,
    audio_output_tokens: usage.audio_output_tokens,
    is_leaf: normal.is_leaf,
    cost_usd: cost?.cost_usd ?? null,
    cost_method: cost?.method ?? null,
    price_book: cost?.price_book ?? null,
    ttft_ms: fields.ttft_ms ?? null,
    tpot_ms: fields.tpot_ms ?? null,
    queue_ms: fields.queue_ms ?? null,
    prefill_ms: fields.prefill_ms ?? null,
    decode_ms: fields.decode_ms ?? null,
    batch_size: null,
    kv_cache_usage: null,
    requests_running: null,
    requests_waiting: null,
    gpu_utilization: null,
    gpu_power_w: null,
    energy_j: null,
    energy_method: null,
    serving_source: null,
    input_messages: fields.input_messages?.map(messages.add) ?? null,
    output_messages: fields.output_messages?.map(messages.add) ?? null,
    attributes: attributesJson(span.attributes, normal.consumed),
    resource: resource_json(span.resource, span.scope),
    events: eventsJson(span.events),
    links: linksJson(span.links),
    trace_state: span.trace_state || null,
    user_segment: fields.user_segment ?? null,
  };
}

// In the order of the numbers OTLP gives them.
const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
