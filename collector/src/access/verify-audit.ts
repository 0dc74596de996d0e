import { type Audit, first_previous_hash, hashOf } from './audit.ts';

export interface Verification {
  readonly records: number;
  /** Hash of the last record: kept elsewhere, it shows later that nothing before it was changed or cut off. */
  readonly head: string;
  /** The first record that does not fit, and why; null when all do. */
  readonly broken: { readonly sequence: number; readonly why: string } | null;
  /** Whether the hash that was kept elsewhere is that of a record; null when none was given. */
  readonly found_expected: boolean | null;
}

/** Walks the whole chain, a page at a time. */
export function verifyAudit(audit: Audit, expected: string | null): Verification {
  let records = 0;
  let head = first_previous_hash;
  let found_expected = expected === null ? null : expected === head;
  for (let page = nextPage(audit, 0); page.length > 0; page = nextPage(audit, records)) {
    for (const record of page) {
      const why = breakOf(record, { sequence: records + 1, previous_hash: head });
      if (why !== null) return { records, head, broken: { sequence: records + 1, why }, found_expected };
      records += 1;
      head = record.hash;
      if (head === expected) found_expected = true;
    }
  }
  return { records, head, broken: null, found_expected };
}

type Record = ReturnType<Audit['list']>[number];

function breakOf(record: Record, wanted: Pick<Record, 'sequence' | 'previous_hash'>): string | null {
  if (record.sequence !== wanted.sequence) return `it is missing; record ${record.sequence} follows`;
  if (record.previous_hash !== wanted.previous_hash) return 'it does not continue the record before it';
  if (record.hash !== hashOf(record)) return 'its content does not have its hash';
  return null;
}

function nextPage(audit: Audit, after: number): Record[] {
  return audit.list({ after, limit: 1_000 });
}
