import { describe } from 'vitest';
import { alertQueryTests } from './store/alert-queries.ts';
import { type AmendmentAbilities, amendmentTests } from './store/amendments.ts';
import { appendTests } from './store/append.ts';
import { driftQueryTests } from './store/drift-queries.ts';
import { eraseTests } from './store/erase.ts';
import { exportQueryTests } from './store/export-queries.ts';
import type { OpenStore } from './store/harness.ts';
import { historyTests } from './store/histories.ts';
import { insertTests } from './store/insert.ts';
import { looseRowTests } from './store/loose-rows.ts';
import { queryTests } from './store/queries.ts';
import { queueRowTests } from './store/queue-rows.ts';
import { queueSelectionTests } from './store/queue-selection.ts';
import { queueTests } from './store/queues.ts';
import { signalQueryTests } from './store/signal-queries.ts';
import { sqlTests } from './store/sql.ts';
import { traceQueryTests } from './store/trace-queries.ts';
import { valueTests } from './store/values.ts';

const sections = {
  append: appendTests,
  'loose rows': looseRowTests,
  amendments: amendmentTests,
  values: valueTests,
  queues: queueTests,
  'rows of queues': queueRowTests,
  'selection of queues': queueSelectionTests,
  insert: insertTests,
  'trace queries': traceQueryTests,
  queries: queryTests,
  'signal queries': signalQueryTests,
  'alert queries': alertQueryTests,
  'drift queries': driftQueryTests,
  'export queries': exportQueryTests,
  sql: sqlTests,
  erase: eraseTests,
  histories: historyTests,
} as const;

export interface StoreContract {
  readonly name: string;
  /** Opens a store that keeps everything in the folder, or that finds it again by the folder. */
  readonly open: OpenStore;
  /** Sections a store cannot keep, each with the reason why. */
  readonly without?: Readonly<Partial<Record<keyof typeof sections, string>>>;
  /** Where the contract leaves a choice, what the store does; without it, all there is to do. */
  readonly abilities?: AmendmentAbilities;
}

const all_abilities: AmendmentAbilities = { amends_stored_spans: true };

/** What every store must do; see the contract of `Store`. */
export function storeContract({ name, open, without = {}, abilities = all_abilities }: StoreContract): void {
  describe(`${name} keeps the contract of a store`, () => {
    for (const [section, tests] of Object.entries(sections)) {
      const reason = without[section as keyof typeof sections];
      if (reason === undefined) describe(section, () => tests(open, abilities));
      else console.warn(`${name} does not keep "${section}": ${reason}`);
    }
  });
}
