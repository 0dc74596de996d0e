import type { NewRow } from '../stores/schema.ts';

/** A version may be given without a name, as when an application has only one prompt. */
const unnamed = 'unnamed';

/** The versions a span names. The version of a model is the one that answered for the name that was asked for. */
export function versionRows(span: NewRow<'spans'>): readonly NewRow<'versions'>[] {
  const named = [
    ['prompt', span.prompt_name, span.prompt_version],
    ['chain', span.chain_name, span.chain_version],
    ['tool', span.tool_name, span.tool_version],
    ['adapter', span.adapter_name, span.adapter_version],
    ['agent', span.agent_name, span.agent_version],
    ['model', span.request_model, span.response_model],
    ['deployment', span.service, span.deployment_version],
  ] as const;
  const { tenant, trace_id, span_id, start_time: first_time } = span;
  return named.flatMap(([kind, name, version]) =>
    version === null ? [] : [{ tenant, kind, name: name ?? unnamed, version, first_time, trace_id, span_id }],
  );
}
