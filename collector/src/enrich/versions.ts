import type { NewRow } from '../stores/schema.ts';

/** A version may be given without a name, as when an application has only one prompt. */
const unnamed = 'unnamed';

/** What has versions, and the columns that name it. A model's version is the one that answered for the name asked. */
const versioned = [
  { kind: 'prompt', name: 'prompt_name', version: 'prompt_version' },
  { kind: 'chain', name: 'chain_name', version: 'chain_version' },
  { kind: 'tool', name: 'tool_name', version: 'tool_version' },
  { kind: 'adapter', name: 'adapter_name', version: 'adapter_version' },
  { kind: 'agent', name: 'agent_name', version: 'agent_version' },
  { kind: 'model', name: 'request_model', version: 'response_model' },
  { kind: 'deployment', name: 'service', version: 'deployment_version' },
] as const;

/** The versions a span names. */
export function versionRows(span: NewRow<'spans'>): readonly NewRow<'versions'>[] {
  const { tenant, trace_id, span_id, start_time: first_time } = span;
  const rows: NewRow<'versions'>[] = [];
  for (const { kind, name, version: column } of versioned) {
    const version = span[column];
    if (version === null) continue;
    rows.push({ tenant, kind, name: span[name] ?? unnamed, version, first_time, trace_id, span_id });
  }
  return rows;
}
