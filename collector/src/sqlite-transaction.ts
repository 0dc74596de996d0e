import type { DatabaseSync } from 'node:sqlite';

/** Runs `work` in one transaction: all of its writes are durable when this returns, none when it throws. */
export function transaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    throw rollBack(database, error);
  }
}

/** Gives back what to throw. SQLite has rolled back by itself after some errors, such as a full disk. */
function rollBack(database: DatabaseSync, error: unknown): unknown {
  try {
    database.exec('ROLLBACK');
    return error;
  } catch (second) {
    return new AggregateError([error, second], `The transaction was abandoned: ${String(error)}`);
  }
}
