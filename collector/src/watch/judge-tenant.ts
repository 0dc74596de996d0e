import { acceptWindows } from './accept-windows.ts';
import { type AttemptParts, attempt } from './attempt.ts';
import { type DueParts, type DueWindows, dueWindows, type Progress } from './due-windows.ts';
import { type Closing, type JudgedWindow, type JudgeWindowParts, judgeWindow } from './judge-window.ts';
import type { Stream, Streams } from './streams.ts';
import type { Verdicts } from './verdicts.ts';

export interface JudgeParts extends JudgeWindowParts, DueParts, AttemptParts {
  readonly streams: Streams;
  readonly options: JudgeWindowParts['options'] & DueParts['options'];
  readonly verdicts: Verdicts;
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
    const found = await attempt(parts, `Judging ${feature}`, () => dueWindows(stream_id, parts));
    if (found !== null) due.set(stream_id, found);
  }
  for (const step of stepsOf([...due.values()])) {
    const end_us = horizon([...due.values()]);
    const waiting = step.filter(({ stream, window }) => {
      return due.has(stream.stream_id) && window.to_us <= end_us;
    });
    const judged = await judgeEach(waiting, parts);
    for (const { stream } of waiting) if (!judged.has(stream.stream_id)) due.delete(stream.stream_id);
    if (parts.signal.aborted || !(await closeTogether([...judged.values()], parts))) return false;
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

/** By stream id. What failed is left out. */
async function judgeEach(
  closings: readonly Closing[],
  parts: JudgeParts,
): Promise<Map<number, JudgedWindow>> {
  const judged = new Map<number, JudgedWindow>();
  for (const closing of closings) {
    if (parts.signal.aborted) break;
    const { stream } = closing;
    const found = await attempt(parts, `Judging ${stream.feature}`, () => judgeWindow(closing, parts));
    if (found !== null) judged.set(stream.stream_id, found);
  }
  return judged;
}

/** Whether they were closed. */
async function closeTogether(judged: readonly JudgedWindow[], parts: JudgeParts): Promise<boolean> {
  if (judged.length === 0) return true;
  const closed = await attempt(parts, 'Closing windows', async () => {
    parts.verdicts.close(acceptWindows(judged, parts));
    return true;
  });
  return closed === true;
}
