import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '../sqlite-transaction.ts';
import type { Store } from '../stores/store.ts';
import { createTables } from './control.ts';

const rows_max = 5_000;

export interface ForgetParts {
  readonly control: DatabaseSync;
  readonly store: Pick<Store, 'query'>;
}

/**
 * Removes the values that wait for a fit and whose span the store no longer has, because it was erased or its
 * day has expired; returns how many. A fit, a reference and sketches are sums, and stay, and so does what was said
 * of no span: there is nobody whose it is.
 */
export async function forgetRemovedVectors({ control, store }: ForgetParts): Promise<number> {
  createTables(control);
  const page = control.prepare(`
    SELECT rows.sequence, rows.value_key FROM watch_fit_values AS rows JOIN watch_streams AS streams USING (stream_id)
    WHERE streams.tenant = $tenant AND rows.sequence > $after AND rows.value_key NOT LIKE ':%'
    ORDER BY rows.sequence LIMIT $rows_max`);
  const remove = control.prepare('DELETE FROM watch_fit_values WHERE sequence = $sequence');
  const tenants = control.prepare('SELECT DISTINCT tenant FROM watch_streams').all();
  let removed = 0;
  for (const tenant of tenants.map((row) => String(row['tenant']))) {
    let after = 0;
    for (;;) {
      const rows = page.all({ tenant, after, rows_max });
      const last = rows.at(-1);
      if (last === undefined) break;
      after = Number(last['sequence']);
      const stored = await findStored(store, tenant, rows.map(spanOf));
      const gone = rows.filter((row) => !stored.has(spanOf(row)));
      transaction(control, () => {
        for (const { sequence } of gone) remove.run({ sequence: Number(sequence) });
      });
      removed += gone.length;
    }
  }
  return removed;
}

/** The key of a row begins with its trace and its span. */
function spanOf(row: Readonly<Record<string, unknown>>): string {
  return String(row['value_key']).split(':', 2).join(':');
}

async function findStored(
  store: Pick<Store, 'query'>,
  tenant: string,
  spans: readonly string[],
): Promise<ReadonlySet<string>> {
  const span_ids = [...new Set(spans.map((span) => span.split(':')[1] as string))];
  const rows = await store.query('stored_spans', { tenant, span_ids });
  return new Set(rows.map((row) => `${row['trace_id']}:${row['span_id']}`));
}
