import { attempt } from './attempt.ts';
import { type Backoff, createBackoff } from './backoff.ts';
import { type EmbedRequest, embedMessages } from './embed-messages.ts';
import type { GiveWay } from './give-way.ts';
import { type JudgeParts, judgeTenant } from './judge-tenant.ts';
import { type SumParts, type SumQueue, sumWork } from './sum-work.ts';

/** Portions of one kind of work in a round, so that every kind gets its turn. */
const portions_max = 16;
const backoff_ms_max = 600_000;

export interface RoundParts {
  readonly embed: EmbedRequest;
  readonly sum: SumParts;
  readonly judge: JudgeParts;
  readonly signal: AbortSignal;
  readonly giveWay: GiveWay;
  /** Pause after the first failure of the encoder. */
  readonly pause_ms: number;
}

export interface RoundResult {
  /** Whether a bound was met and more can be done at once. */
  readonly has_more: boolean;
}

/**
 * One round: embed, sum, judge, hand on. What fails is reported and tried again in the next round, and stops
 * nothing else, but that nothing is judged while summing is broken off: the cursors stay where they are until the
 * same work is done. A round never rejects.
 */
export function createRound(parts: RoundParts): () => Promise<RoundResult> {
  const backoff = createBackoff({
    pause_ms: parts.pause_ms,
    pause_ms_max: backoff_ms_max,
    now: parts.judge.now,
  });
  return async () => {
    let is_broken_off = false;
    const sum = async (queue: SumQueue, what: string) => {
      const result = await attempt(parts.judge, what, () => portions(parts, () => sumWork(queue, parts.sum)));
      is_broken_off ||= result === null;
      return result;
    };
    const stages = [
      () => embed(parts, backoff),
      () => sum('sketch', 'Summing vectors'),
      () => sum('measure', 'Summing spans'),
      () => sum('score', 'Summing evaluations'),
      async () => !is_broken_off && (await judge(parts)),
      () => attempt(parts.judge, 'Handing on verdicts', () => parts.judge.verdicts.deliver()),
    ];
    let has_more = false;
    for (const stage of stages) {
      if (!parts.signal.aborted) has_more = (await stage()) === true || has_more;
    }
    return { has_more };
  };
}

/** The encoder may be someone else's service, so it is left alone after a failure, a little longer each time. */
async function embed(parts: RoundParts, backoff: Backoff): Promise<boolean> {
  const result = await attempt(parts.judge, 'Embedding messages', () =>
    backoff(() => portions(parts, () => embedMessages(parts.embed))),
  );
  return result === true;
}

async function judge({ judge: parts }: RoundParts): Promise<boolean> {
  const streams = (await attempt(parts, 'Reading streams', async () => parts.streams.list())) ?? [];
  let has_more = false;
  for (const of_tenant of Map.groupBy(streams, ({ tenant }) => tenant).values()) {
    if (!parts.signal.aborted) has_more = (await judgeTenant(of_tenant, parts)) || has_more;
  }
  return has_more;
}

/** Whether there is more than a round may do. */
async function portions({ signal, giveWay }: RoundParts, portion: () => Promise<number>): Promise<boolean> {
  for (let done = 0; done < portions_max; done++) {
    if (signal.aborted || (await giveWay(portion)) === 0) return false;
  }
  return true;
}
