import type { EraseSelector } from '../store.ts';
import type { DayFile, DayFiles } from './day-files.ts';
import { inTransaction } from './transaction.ts';

/**
 * Removes spans and everything that belongs to them from every day, then lets DuckDB write the file anew.
 * Messages go when no other span of the day points to them.
 */
export async function eraseSpans(files: DayFiles, selector: EraseSelector): Promise<number> {
  let erased = 0;
  for (const day of files.days()) {
    const count = await eraseDay(files, day, selector);
    if (count === 0) continue;
    erased += count;
    await files.writer.run(`CHECKPOINT "${day}"`);
    const { known } = files.get(day) as DayFile;
    for (const keys of Object.values(known)) keys.forgetRecent();
  }
  return erased;
}

async function eraseDay(files: DayFiles, day: string, selector: EraseSelector): Promise<number> {
  const { tenant, ...rest } = selector;
  // The names are those of the selector's own type, never data.
  const [column, value] = Object.entries(rest)[0] as ['trace_id' | 'conversation_id' | 'user_id', string];
  const where = `tenant = $tenant AND ${column} = $value`;
  const table = (name: string) => `"${day}".main.${name}`;
  const run = (statement: string) => files.writer.runAndReadAll(statement, { tenant, value });
  const counted = await run(`SELECT count(*)::INTEGER AS spans FROM ${table('spans')} WHERE ${where}`);
  const count = Number(counted.getRowObjects()[0]?.['spans'] ?? 0);
  if (count === 0) return 0;
  await inTransaction(files.writer, async () => {
    const chosen = `SELECT trace_id, span_id FROM ${table('spans')} WHERE ${where}`;
    for (const name of ['embeddings', 'cost_lines', 'scores', 'versions']) {
      await run(`DELETE FROM ${table(name)} WHERE tenant = $tenant AND (trace_id, span_id) IN (${chosen})`);
    }
    await run(`DELETE FROM ${table('spans')} WHERE ${where}`);
    await files.writer.run(
      `DELETE FROM ${table('messages')} WHERE tenant = $tenant AND message_hash NOT IN (
        SELECT unnest(list_concat(coalesce(input_messages, []), coalesce(output_messages, [])))
        FROM ${table('spans')} WHERE tenant = $tenant)`,
      { tenant },
    );
  });
  return count;
}
