import { instrument } from '@sextant/sdk';
import { startTesting, type TestSpan, type TestTracing } from '@sextant/sdk/testing';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  bodyFiles,
  chunkFiles,
  type Exchange,
  exchanges,
  hasRecordings,
  type ReplayServer,
  serverSentEvents,
  startReplayServer,
} from '../support/recordings.ts';

/** Reads the recorded answers in its own way, so that the SDK is checked against the recording, not against itself. */
interface Truth {
  readonly id: unknown;
  readonly model: unknown;
  readonly input: unknown;
  readonly output: unknown;
  readonly cached: unknown;
  readonly reasoning: unknown;
  readonly finish: unknown;
  readonly text: string;
  readonly tools: readonly string[];
}

// biome-ignore-start lint/suspicious/noExplicitAny: recorded JSON of many shapes
