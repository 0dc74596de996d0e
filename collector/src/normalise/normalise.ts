import * as semconv from '@sextant/sdk/semconv';
import type { DecodedSpan } from '../decode/records.ts';
import type { CanonicalFields, Dialect } from './dialect.ts';
import { dialects as built_in_dialects } from './dialects/index.ts';
import type { DraftFields } from './fields.ts';
import { readText } from './read.ts';
import { disjointUsage, type Usage } from './usage.ts';

/** A span as every part of the collector after this one sees it. */
export interface NormalSpan {
  readonly span: DecodedSpan;
  /** Name of the first dialect that recognised the span; null when none did. */
  readonly dialect: string | null;
  /** What the dialects gave, completed from the span, its resource and its events. */
  readonly fields: CanonicalFields;
  readonly usage: Usage;
  /** True for a single model, embedding or rerank call. */
  readonly is_leaf: boolean;
  readonly status: 'unset' | 'ok' | 'error';
  readonly service: string | null;
  readonly environment: string | null;
  /** Attributes whose content is in the messages or vectors. */
  readonly consumed: ReadonlySet<string>;
}

const leaf_operations: ReadonlySet<string> = new Set([
  semconv.OPERATION_CHAT,
  'generate_content',
  'text_completion',
  semconv.OPERATION_EMBEDDINGS,
  'rerank',
]);

/** Reads a span through the dialects that recognise it; pure. */
export function normalise(span: DecodedSpan, dialects: readonly Dialect[] = built_in_dialects): NormalSpan {
  const recognised = dialects.filter((dialect) => dialect.matches(span));
  const given = recognised.map((dialect) => dialect.map(span));
  const fields = mergeFields([...given, readCommon(span)]);
  return {
    span,
    dialect: recognised[0]?.name ?? null,
    fields,
    usage: disjointUsage(fields),
    is_leaf: fields.is_aggregate !== true && leaf_operations.has(fields.operation ?? ''),
    status: span.status_code === 2 ? 'error' : span.status_code === 1 ? 'ok' : 'unset',
    service: readText(span.resource.attributes, names.service) ?? null,
    environment: readText(span.resource.attributes, names.environment) ?? null,
    consumed: new Set(given.filter((one) => keptIn(fields, one)).flatMap((one) => one.consumed ?? [])),
  };
}

const names = {
  service: [semconv.SERVICE_NAME],
  environment: [semconv.DEPLOYMENT_ENVIRONMENT_NAME, 'deployment.environment'],
  deployment_version: [semconv.SEXTANT_DEPLOYMENT_VERSION, 'service.version'],
  user_id: [semconv.USER_ID, 'enduser.id'],
  conversation_id: ['session.id'],
  error_type: [semconv.ERROR_TYPE],
  exception_type: ['exception.type'],
} as const;

/** Fields that any span may have, whoever sent it. */
function readCommon(span: DecodedSpan): DraftFields {
  const { attributes } = span;
  const resource = span.resource.attributes;
  return {
    conversation_id: readText(attributes, names.conversation_id),
    user_id: readText(attributes, names.user_id) ?? readText(resource, names.user_id),
    deployment_version: readText(resource, names.deployment_version),
    error_type: readText(attributes, names.error_type) ?? exceptionType(span),
  };
}

function mergeFields(given: readonly DraftFields[]): CanonicalFields {
  const [first, ...others] = given;
  const fields: Record<string, unknown> = { ...first };
  for (const next of others) addMissing(fields, next);
  return fields;
}

/** For each field the first value wins. What a count includes is told by the dialect that gave the count. */
function addMissing(fields: Record<string, unknown>, next: DraftFields): void {
  const { input_tokens, output_tokens } = fields;
  for (const name in next) {
    if (name === 'input_includes_cache' && input_tokens !== undefined) continue;
    if (name === 'output_includes_reasoning' && output_tokens !== undefined) continue;
    const value = next[name as keyof DraftFields];
    if (value !== undefined) fields[name] ??= value;
  }
}

/** An exception that was recorded and survived is not the error of the span. */
function exceptionType(span: DecodedSpan): string | undefined {
  if (span.status_code !== 2) return undefined;
  const exceptions = span.events.filter((event) => event.attributes.has('exception.type'));
  return exceptions.map((event) => readText(event.attributes, names.exception_type)).findLast((type) => type);
}

/** Whether all content a dialect gave is the content that won; if not, its attributes must stay on the span. */
function keptIn(fields: CanonicalFields, given: CanonicalFields): boolean {
  return (
    (given.input_messages ?? fields.input_messages) === fields.input_messages &&
    (given.output_messages ?? fields.output_messages) === fields.output_messages &&
    (given.vectors ?? fields.vectors) === fields.vectors
  );
}
