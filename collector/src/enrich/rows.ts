import type { NormalSpan } from '../normalise/normalise.ts';
import type { NewRow } from '../stores/schema.ts';
import { slice_columns } from '../stores/slices.ts';
import type { SpanRows } from '../stores/store.ts';
import { type Cost, costOf } from './cost.ts';
import {
  attributesJson,
  eventsJson,
  linksJson,
  type ResourceJson,
  rememberResources,
} from './json-columns.ts';
import { collectMessages, type MessageRows } from './messages.ts';
import type { PriceBook } from './price-book.ts';
import { versionRows } from './versions.ts';

/** Makes the rows of one span for one tenant. */
export type RowBuilder = (normal: NormalSpan, tenant: string) => SpanRows;

/** Rows are made span by span; the builder remembers what spans of one request share. */
export function createRowBuilder(parts: { readonly price_book: PriceBook }): RowBuilder {
  const resource_json = rememberResources();
  return (normal, tenant) => {
    const cost = costOf(normal, parts.price_book);
    const messages = collectMessages({ tenant, first_time: microseconds(normal.span.start_time_ns) });
    const span = spanRow({ normal, tenant, cost, messages, resource_json });
    return {
      span,
      embeddings: embeddingRows(normal, span, messages),
      messages: messages.rows(),
      cost_lines: cost === null ? [] : costLines(cost, span),
      versions: versionRows(span),
    };
  };
}

interface Ingredients {
  readonly normal: NormalSpan;
  readonly tenant: string;
  readonly cost: Cost | null;
  readonly messages: MessageRows;
  readonly resource_json: ResourceJson;
}

// In the order of the numbers OTLP gives them.
const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;

function spanRow(ingredients: Ingredients): NewRow<'spans'> {
  const { normal, tenant, cost, messages } = ingredients;
  const { span, fields } = normal;
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
    ...callColumns(normal),
    ...normal.usage,
    is_leaf: normal.is_leaf,
    cost_usd: cost?.cost_usd ?? null,
    cost_method: cost?.method ?? null,
    price_book: cost?.price_book ?? null,
    ...servingColumns(normal),
    input_messages: fields.input_messages?.map(messages.add) ?? null,
    output_messages: fields.output_messages?.map(messages.add) ?? null,
    attributes: attributesJson(span.attributes, normal.consumed),
    resource: ingredients.resource_json(span.resource, span.scope),
    events: eventsJson(span.events),
    links: linksJson(span.links),
  };
}

function callColumns({ fields }: NormalSpan) {
  return {
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
  };
}

/** Times the span itself reported; what engines and GPUs report is joined to the span by others. */
function servingColumns({ fields }: NormalSpan) {
  return {
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
  };
}

function embeddingRows(
  { fields }: NormalSpan,
  span: NewRow<'spans'>,
  messages: MessageRows,
): readonly NewRow<'embeddings'>[] {
  if (fields.vectors === undefined) return [];
  const slices = JSON.stringify(slicesOf(span));
  const encoder = fields.vectors_encoder ?? span.response_model ?? span.request_model ?? 'unknown';
  return fields.vectors.map(({ vector, text }) => ({
    tenant: span.tenant,
    trace_id: span.trace_id,
    span_id: span.span_id,
    conversation_id: span.conversation_id,
    feature: `embedding.${span.name}`,
    slices,
    time: span.start_time,
    encoder,
    dimension: vector.length,
    vector,
    text_hash:
      text === undefined ? null : messages.add({ role: 'user', parts: [{ type: 'text', content: text }] }),
  }));
}

function slicesOf(span: NewRow<'spans'>): Record<string, string> {
  return Object.fromEntries(
    slice_columns.flatMap((column) => (span[column] === null ? [] : [[column, span[column]]])),
  );
}

function costLines(cost: Cost, span: NewRow<'spans'>): readonly NewRow<'cost_lines'>[] {
  if (cost.method === 'unpriced') return [];
  const { method, price_book } = cost;
  return cost.lines.map(({ amount_usd, ...line }) => ({
    tenant: span.tenant,
    trace_id: span.trace_id,
    span_id: span.span_id,
    time: span.start_time,
    revision: 0,
    ...line,
    amount_nano_usd: Math.round(amount_usd * 1e9),
    method,
    price_book,
  }));
}

function microseconds(time_ns: bigint): number {
  return Number(time_ns / 1000n);
}
