import { pause } from './pause.ts';

/** It gets a fifth of the time. */
const rest_for_work = 4;

/** Does a piece of work, and rests after it while spans wait to be stored, which comes first. */
export type GiveWay = <Result>(work: () => Promise<Result>) => Promise<Result>;

export interface GiveWayParts {
  readonly signal: AbortSignal;
  /** Whether spans wait to be stored. */
  isIngestBehind(): boolean;
}

export function createGiveWay({ signal, isIngestBehind }: GiveWayParts): GiveWay {
  return async (work) => {
    const started_ms = performance.now();
    const result = await work();
    const worked_ms = performance.now() - started_ms;
    if (isIngestBehind()) await pause(worked_ms * rest_for_work, signal);
    return result;
  };
}
