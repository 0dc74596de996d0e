import type { DuckDBConnection } from '@duckdb/node-api';
import type { Position, QueueName } from '../store.ts';

export interface Progress {
  readonly day: string;
  readonly name: ProgressName;
  readonly position: Position;
}

/**
 * The journal position up to which the file is filled, and as offsets: the ingest times up to which the queues
 * were worked off, the number of the schema, and when the file was made, in milliseconds since 1970.
 */
export type ProgressName = QueueName | 'journal' | 'schema' | 'created';

export type ProgressOfDay = ReadonlyMap<ProgressName, Position>;

/** What a file has noted; nothing where it is new. */
export async function readProgress(connection: DuckDBConnection, day: string): Promise<ProgressOfDay> {
  await connection.run(createProgress(day));
  const reader = await connection.runAndReadAll(`SELECT name, segment, place FROM "${day}".main.progress`);
  return new Map(
    reader.getRowObjects().map(({ name, segment, place }) => {
      return [name as ProgressName, { segment: Number(segment), offset: Number(place) }];
    }),
  );
}

/** Notes inside the transaction how far the file is filled, or a queue is worked off. */
export async function setProgress(
  connection: DuckDBConnection,
  { day, name, position }: Progress,
): Promise<void> {
  await connection.run(`DELETE FROM "${day}".main.progress WHERE name = $name`, { name });
  await connection.run(`INSERT INTO "${day}".main.progress VALUES ($name, $segment, $place)`, {
    name,
    segment: BigInt(position.segment),
    place: BigInt(position.offset),
  });
}

function createProgress(day: string): string {
  return `CREATE TABLE IF NOT EXISTS "${day}".main.progress (name VARCHAR, segment BIGINT, place BIGINT)`;
}
