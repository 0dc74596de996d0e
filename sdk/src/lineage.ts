import { type Attributes, type Context, context, createContextKey } from '@opentelemetry/api';
import {
  GEN_AI_AGENT_VERSION,
  GEN_AI_CONVERSATION_ID,
  GEN_AI_PROMPT_NAME,
  GEN_AI_PROMPT_VERSION,
  GEN_AI_WORKFLOW_NAME,
  SEXTANT_ADAPTER_NAME,
  SEXTANT_ADAPTER_VERSION,
  SEXTANT_CHAIN_VERSION,
  SEXTANT_DEPLOYMENT_VERSION,
  SEXTANT_TOOL_VERSION,
  USER_ID,
} from './semconv.ts';

/** A thing with versions. Without a name, the version is that of whatever the span is about. */
export interface Version {
  readonly name?: string;
  readonly version?: string;
}

/** Versions in force, each written on the kinds of span named here. */
export interface Versions {
  /** On model spans. */
  readonly prompt?: Version;
  /** On model and embedding spans. */
  readonly adapter?: Version;
  /** On every span, so that models can be compared by the chain that called them. */
  readonly chain?: Version;
  /** On spans of the tool of that name; of every tool where no name is given. */
  readonly tool?: Version;
  /** On spans of the agent of that name; of every agent where no name is given. */
  readonly agent?: Version;
  /** On every span. */
  readonly deployment?: string;
}

/** Who talks, and in which conversation: written on every span. Give real ids only, never one made up for the call. */
export interface Conversation {
  readonly conversationId?: string;
  readonly userId?: string;
}

export type Kind = 'model' | 'chain' | 'tool' | 'agent' | 'retrieval' | 'embedding';

interface Lineage {
  readonly versions: Versions;
  readonly conversation: Conversation;
}

const LINEAGE = createContextKey('sextant.lineage');
const NONE: Lineage = { versions: {}, conversation: {} };

/** Runs `fn`; every span started inside, through any await, carries the versions. Inner calls win over outer. */
export function withVersions<T>(versions: Versions, fn: () => T): T {
  return context.with(contextWithVersions(context.active(), versions), fn);
}

/** Runs `fn`; every span started inside, through any await, carries the ids. */
export function withConversation<T>(conversation: Conversation, fn: () => T): T {
  const lineage = lineageOf(context.active());
  const inner: Lineage = { ...lineage, conversation: { ...lineage.conversation, ...conversation } };
  return context.with(context.active().setValue(LINEAGE, inner), fn);
}

function contextWithVersions(parent: Context, versions: Versions): Context {
  const lineage = lineageOf(parent);
  return parent.setValue(LINEAGE, { ...lineage, versions: { ...lineage.versions, ...versions } });
}

/** The chain a span is started in: its version is the one given, else the one in force for a chain of that name. */
export function contextWithChain(parent: Context, name: string, version: string | undefined): Context {
  const { chain } = lineageOf(parent).versions;
  const known = version ?? (isAbout(chain, name) ? chain?.version : undefined);
  return contextWithVersions(parent, { chain: known === undefined ? { name } : { name, version: known } });
}

/** Writes what the context says about a span of this kind and name into its attributes. */
export function addLineage(attributes: Attributes, parent: Context, kind: Kind, name: string): void {
  const lineage = lineageOf(parent);
  if (lineage === NONE) return;
  const { versions, conversation } = lineage;
  put(attributes, GEN_AI_CONVERSATION_ID, conversation.conversationId);
  put(attributes, USER_ID, conversation.userId);
  put(attributes, SEXTANT_DEPLOYMENT_VERSION, versions.deployment);
  if (kind !== 'chain') put(attributes, GEN_AI_WORKFLOW_NAME, versions.chain?.name);
  if (kind !== 'chain' || isAbout(versions.chain, name)) {
    put(attributes, SEXTANT_CHAIN_VERSION, versions.chain?.version);
  }
  if (kind === 'model') {
    put(attributes, GEN_AI_PROMPT_NAME, versions.prompt?.name);
    put(attributes, GEN_AI_PROMPT_VERSION, versions.prompt?.version);
  }
  if (kind === 'model' || kind === 'embedding') {
    put(attributes, SEXTANT_ADAPTER_NAME, versions.adapter?.name);
    put(attributes, SEXTANT_ADAPTER_VERSION, versions.adapter?.version);
  }
  if (kind === 'tool' && isAbout(versions.tool, name))
    put(attributes, SEXTANT_TOOL_VERSION, versions.tool?.version);
  if (kind === 'agent' && isAbout(versions.agent, name))
    put(attributes, GEN_AI_AGENT_VERSION, versions.agent?.version);
}

function lineageOf(parent: Context): Lineage {
  return (parent.getValue(LINEAGE) as Lineage | undefined) ?? NONE;
}

function isAbout(version: Version | undefined, name: string): boolean {
  return version?.name === undefined || version.name === name;
}

function put(attributes: Attributes, name: string, value: string | undefined): void {
  if (value !== undefined) attributes[name] ??= value;
}
