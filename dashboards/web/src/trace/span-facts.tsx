import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Span } from '../api/client.ts';
import { formatCost, formatDuration, formatNumber, formatPercent } from '../format/number.ts';
import { reveal } from '../format/text.ts';
import { Timestamp } from '../ui/timestamp.tsx';
import styles from './span-facts.module.css';
import { TokenTable } from './token-table.tsx';
import { ToolPayload } from './tool-payload.tsx';

type Fact = readonly [label: string, value: ReactNode];

/** The columns of the span in groups; what is unknown is left out. */
export function SpanFacts({ span }: { span: Span }) {
  return (
    <div className={styles.facts}>
      <ToolPayload span={span} />
      <TokenTable span={span} />
      <Group title="Cost" facts={costFacts(span)} />
      <Group title="Time" facts={timeFacts(span)} />
      <Group title="Model" facts={modelFacts(span)} />
      <Group title="Versions" facts={versionFacts(span)} />
      <Group title="Serving" facts={servingFacts(span)} />
      <Group title="Belongs to" facts={identityFacts(span)} />
    </div>
  );
}

function Group({ title, facts }: { title: string; facts: readonly Fact[] }) {
  const known = facts.filter(([, value]) => value !== null && value !== '');
  if (known.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <dl className={styles.list}>
        {known.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{typeof value === 'string' ? reveal(value) : value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function costFacts(span: Span): Fact[] {
  if (!span.is_leaf && span.cost_usd === null) return [];
  return [
    ['Cost', formatCost(span.cost_usd)],
    ['Method', span.cost_method?.replaceAll('_', ' ') ?? null],
    ['Price book', span.price_book],
  ];
}

function timeFacts(span: Span): Fact[] {
  return [
    ['Start', <Timestamp key="start" time={span.start_time} />],
    ['End', <Timestamp key="end" time={span.end_time} />],
    ['Duration', formatDuration(span.duration_ms)],
    ['To first token', known(span.ttft_ms, formatDuration)],
    ['Per output token', known(span.tpot_ms, formatDuration)],
  ];
}

function modelFacts(span: Span): Fact[] {
  return [
    ['Provider', span.provider],
    ['Asked for', span.request_model],
    ['Answered', span.response_model],
    ['Answer id', span.response_id],
    ['Ended because', span.finish_reasons?.join(', ') ?? null],
    ['Error', span.error_type],
  ];
}

function versionFacts(span: Span): Fact[] {
  return [
    ['Prompt', nameAndVersion(span.prompt_name, span.prompt_version)],
    ['Chain', nameAndVersion(span.chain_name, span.chain_version)],
    ['Tool', nameAndVersion(span.tool_name, span.tool_version)],
    ['Agent', nameAndVersion(span.agent_name, span.agent_version)],
    ['Adapter', nameAndVersion(span.adapter_name, span.adapter_version)],
    ['Deployment', span.deployment_version],
  ];
}

function servingFacts(span: Span): Fact[] {
  const energy = span.energy_j === null ? null : `${formatNumber(span.energy_j)} J`;
  return [
    ['In the queue', known(span.queue_ms, formatDuration)],
    ['Prefill', known(span.prefill_ms, formatDuration)],
    ['Decode', known(span.decode_ms, formatDuration)],
    ['Batch', known(span.batch_size, formatNumber)],
    ['KV cache in use', known(span.kv_cache_usage, formatPercent)],
    ['Requests running', known(span.requests_running, formatNumber)],
    ['Requests waiting', known(span.requests_waiting, formatNumber)],
    ['GPU utilisation', known(span.gpu_utilization, formatPercent)],
    ['GPU power', span.gpu_power_w === null ? null : `${formatNumber(span.gpu_power_w)} W`],
    ['Energy', energy === null || span.energy_method === null ? energy : `${energy}, ${span.energy_method}`],
    ['Source', span.serving_source],
  ];
}

function identityFacts(span: Span): Fact[] {
  return [
    [
      'Conversation',
      span.conversation_id && <TracesOf key="c" filter="conversation" value={span.conversation_id} />,
    ],
    ['User', span.user_id && <TracesOf key="u" filter="user" value={span.user_id} />],
    ['Service', span.service],
    ['Environment', span.environment],
    ['Dialect', span.dialect],
    ['Span id', span.span_id],
    ['Parent span id', span.parent_span_id],
  ];
}

function TracesOf({ filter, value }: { filter: 'conversation' | 'user'; value: string }) {
  return (
    <Link to="/traces" search={{ [filter]: value, range: '90d' }}>
      {reveal(value)}
    </Link>
  );
}

function nameAndVersion(name: string | null, version: string | null): string | null {
  if (version === null) return null;
  return name === null ? version : `${name} ${version}`;
}

function known(value: number | null, format: (value: number) => string): string | null {
  return value === null ? null : format(value);
}
