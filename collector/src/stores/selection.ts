import { parseSlices, slicesOf } from './slices.ts';
import type { Candidate, Row, Selection } from './store.ts';

export const everything: Selection = { see() {}, takes: () => true };

/** What a selection decides by, of a row of a queue, or of one that has the slice columns beside the others. */
export function toCandidate(row: object): Candidate {
  const { tenant, conversation_id, time, ingest_time } = row as Candidate;
  const { trace_id, score_id, slices } = row as Row;
  const name = String(trace_id ?? score_id ?? '');
  return {
    tenant,
    trace_id: name,
    conversation_id,
    time,
    ingest_time,
    slices: slicesFrom(slices, row as Row),
  };
}

function slicesFrom(slices: unknown, row: Row): Candidate['slices'] {
  if (typeof slices === 'string') return parseSlices(slices);
  return slices === undefined ? slicesOf(row) : (slices as Candidate['slices']);
}

/** Those that are wanted of all rows of a work. */
export function selectRows<Any extends object>(
  rows: readonly Any[],
  { mark, selection }: { readonly mark: string; readonly selection: Selection },
): Any[] {
  const candidates = rows.map(toCandidate);
  selection.see(mark, candidates);
  return rows.filter((_, index) => selection.takes(candidates[index] as Candidate));
}

/** Whether anything may have been worked off before that a row belongs together with. */
export function isFollowed(row: Row): boolean {
  return subjectOf(row) !== null;
}

/** Of the rows that were worked off before those that belong together with rows of the work. */
export function ofSubjects(rows: readonly Row[], before: readonly Row[]): Row[] {
  const nameOf = (row: Row) => JSON.stringify([row['tenant'], subjectOf(row)]);
  const subjects = new Set(rows.filter(isFollowed).map(nameOf));
  return before.filter((row) => subjects.has(nameOf(row)));
}

function subjectOf(row: Row): unknown {
  return row['subject'] ?? row['conversation_id'] ?? null;
}
