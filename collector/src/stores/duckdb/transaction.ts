import type { DuckDBConnection } from '@duckdb/node-api';

/** Runs the work in a transaction: all of it is durable when the promise resolves, nothing of it when it rejects. */
export async function inTransaction(connection: DuckDBConnection, work: () => Promise<void>): Promise<void> {
  await connection.run('BEGIN TRANSACTION');
  try {
    await work();
    await connection.run('COMMIT');
  } catch (error) {
    // A failed commit has ended the transaction already; the first error is the one that tells why.
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
