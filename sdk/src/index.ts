export { type InstrumentOptions, instrument } from './instrument/instrument.ts';
export { type Conversation, type Version, type Versions, withConversation, withVersions } from './lineage.ts';
export type { StartOptions } from './options.ts';
export type { DropReason, Stats } from './queue.ts';
export { type Handle, start } from './start.ts';
export type { Usage } from './usage.ts';
export type { AnyFunction, Result, WrapOptions } from './wrap.ts';
export {
  type AgentOptions,
  agent,
  type ChainOptions,
  chain,
  embedding,
  type ModelOptions,
  model,
  type RetrievalOptions,
  retrieval,
  type ToolOptions,
  tool,
} from './wrappers.ts';
