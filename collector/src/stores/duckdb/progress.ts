import type { DuckDBConnection } from '@duckdb/node-api';
import type { Position } from '../store.ts';

export const create_progress =
  'CREATE TABLE IF NOT EXISTS progress (name VARCHAR, segment BIGINT, place BIGINT)';

export interface Progress {
  readonly day: string;
  readonly name: 'journal' | 'embed' | 'sketch';
  readonly position: Position;
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
