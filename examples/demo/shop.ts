import { setTimeout as sleep } from 'node:timers/promises';
import type OpenAI from 'openai';
import { type PromptVersion, runConversation } from '../support-agent/agent.ts';
import type { Handbook } from '../support-agent/handbook.ts';
import { createQuestions, type Question, type TopicMix } from '../support-agent/questions.ts';
import type { Clock } from './clock.ts';

interface Phase {
  readonly minutes: number;
  readonly happens: string;
  readonly mix: TopicMix;
  readonly promptVersion: PromptVersion;
}

/** What happens in the shop. Only the last changes what users ask, and that is what the watch is to find. */
const phases: readonly Phase[] = [
  {
    minutes: 75,
    happens: 'Users ask about deliveries, refunds and invoices.',
    mix: 'ordinary',
    promptVersion: '1',
  },
  {
    minutes: 25,
    happens: 'Version 2 of the prompt goes live: the agent answers in one sentence.',
    mix: 'ordinary',
    promptVersion: '2',
  },
  {
    minutes: 20,
    happens: 'A smart lock is launched, and its firmware fails.',
    mix: 'new_product',
    promptVersion: '2',
  },
];

const conversations_per_minute = 16;
const users = 400;

export const shop_minutes = phases.reduce((sum, { minutes }) => sum + minutes, 0);

export interface ShopOptions {
  /** A client of the real `openai` package, instrumented. */
  readonly client: OpenAI;
  readonly handbook: Handbook;
  readonly clock: Clock;
  /** Real time a minute of the shop takes at least. */
  readonly minute_real_ms: number;
  /** Ends the shop at the end of the minute. */
  readonly signal: AbortSignal;
  /** Sends what the SDK has queued. */
  flush(): Promise<void>;
  onPhase(happens: string, time_ms: number): void;
  /** Called with the minutes that are over. */
  onMinute(minutes: number): void;
}

/** Runs the conversations of the shop, minute by minute. */
export async function runShop(options: ShopOptions): Promise<void> {
  const ask = createQuestions({ seed: 1 });
  const begin_ms = performance.now();
  let minute = 0;
  for (const phase of phases) {
    options.onPhase(phase.happens, options.clock.startMinute(minute));
    for (const end = minute + phase.minutes; minute < end; minute += 1) {
      await sleep(Math.max(0, begin_ms + minute * options.minute_real_ms - performance.now()));
      if (options.signal.aborted) return;
      options.clock.startMinute(minute);
      const questions = Array.from({ length: conversations_per_minute }, () => ask(phase.mix));
      const first = minute * conversations_per_minute;
      await Promise.all(
        questions.map((question, n) => converse(question, first + n, { ...options, ...phase })),
      );
      // The watch closes a minute when it sees a later one, so each is sent whole before the next begins.
      await options.flush();
      options.onMinute(minute + 1);
    }
  }
}

async function converse({ turns }: Question, number: number, situation: Situation): Promise<void> {
  const { client, handbook, promptVersion, minute_real_ms } = situation;
  // They begin one after the other in the first half of the minute, so that they end in it.
  const place = (number % conversations_per_minute) / conversations_per_minute;
  await sleep(place * (minute_real_ms / 2));
  await runConversation({
    ...{ client, handbook, turns, promptVersion },
    deploymentVersion: promptVersion,
    conversationId: `conversation-${number}`,
    userId: `user-${number % users}`,
  });
}

type Situation = Pick<ShopOptions & Phase, 'client' | 'handbook' | 'promptVersion' | 'minute_real_ms'>;
