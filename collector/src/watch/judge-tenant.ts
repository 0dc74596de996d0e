import { acceptWindows } from './accept-windows.ts';
import { type AttemptParts, attempt } from './attempt.ts';
import { type DueParts, type DueWindows, dueWindows, type Progress } from './due-windows.ts';
import type { Closing } from './finding.ts';
import type { GiveWay } from './give-way.ts';
import { type JudgedWindow, type JudgeWindowParts, judgeWindow } from './judge-window.ts';
import type { ReadLatestWindows } from './latest-windows.ts';
import type { Stream, Streams } from './streams.ts';
import type { Verdicts } from './verdicts.ts';

export interface JudgeParts extends JudgeWindowParts, DueParts, AttemptParts {
  readonly streams: Streams;
  readonly options: JudgeWindowParts['options'] & DueParts['options'];
  readonly verdicts: Verdicts;
  readonly giveWay: GiveWay;
  readonly readLatest: ReadLatestWindows;
  /** How far each stream has come, by stream id. */
  readonly progress: Map<number, Progress>;
}

/**
 * Closes the windows of a tenant that are due, in the order of their ends: those that end together are judged first,
 * then decided about together and closed in one transaction, so that a step that is repeated after a crash comes to
 * the same. A feature that cannot be judged stops no other.
 *
 * A tenant is whom alarms are for: its operators want so many false ones and no more, and what another does must
 * neither hide a drift nor be seen from its levels.
 *
 * Resolves with whether more is due.
 */
export async function judgeTenant(streams: readonly Stream[], parts: JudgeParts): Promise<boolean> {
  const due = new Map<number, DueWindows>();
  for (const { stream_id, feature } of streams) {
    if (parts.signal.aborted) return false;
    const found = await attempt(parts, `Judging ${feature}`, () =>
      parts.giveWay(() => dueWindows(stream_id, parts)),
    );
    if (found !== null) due.set(stream_id, found);
  }
  for (const step of stepsOf([...due.values()])) {
    const end_us = horizon([...due.values()]);
    const waiting = step.filter(({ stream, window }) => {
      return due.has(stream.stream_id) && window.to_us <= end_us;
    });
    const closed = await attempt(parts, 'Closing windows', () => closeTogether(waiting, parts));
    if (closed === null || parts.signal.aborted) return false;
    for (const { stream } of waiting) if (!closed.has(stream.stream_id)) due.delete(stream.stream_id);
  }
  for (const [stream_id, { n_open, is_done }] of due) parts.progress.set(stream_id, { n_open, is_done });
  return [...due.values()].some(({ is_done }) => !is_done);
}

/** Windows that end together, the earliest first. */
function stepsOf(due: readonly DueWindows[]): Closing[][] {
  const closings = due.flatMap(({ stream, windows }) => windows.map((window) => ({ stream, window })));
  return [...Map.groupBy(closings, ({ window }) => window.to_us)]
    .sort(([a], [b]) => a - b)
    .map(([, step]) => step);
}

/** Where a stream has more windows than a round may close, the others wait for it there. */
function horizon(due: readonly DueWindows[]): number {
  const ends = due.flatMap(({ is_done, windows }) => (is_done ? [] : (windows.at(-1)?.to_us ?? [])));
  return Math.min(Number.POSITIVE_INFINITY, ...ends);
}

/** Windows that end together; gives the ids of the streams that could be judged. */
async function closeTogether(closings: readonly Closing[], parts: JudgeParts): Promise<Set<number>> {
  const [first] = closings;
  if (first === undefined) return new Set();
  const latest = parts.readLatest(first.stream.tenant);
  const judged: JudgedWindow[] = [];
  for (const closing of closings) {
    if (parts.signal.aborted) return new Set();
    const what = `Judging ${closing.stream.feature}`;
    const found = await attempt(parts, what, () =>
      parts.giveWay(() => judgeWindow({ ...closing, latest }, parts)),
    );
    if (found !== null) judged.push(found);
  }
  if (judged.length > 0) parts.verdicts.close(acceptWindows(judged, { ...parts, latest }));
  return new Set(judged.map(({ stream }) => stream.stream_id));
}
