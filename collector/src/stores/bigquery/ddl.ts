import { type AnyTable, type Column, type ColumnType, type TableName, tables } from '../schema.ts';

/** The parts of BigQuery's REST resource `Table` that describe one of ours. */
export interface TableResource {
  readonly description: string;
  readonly schema: { readonly fields: readonly FieldResource[] };
  readonly timePartitioning: { readonly type: 'DAY'; readonly field: string };
  /** A statement that would read every day has to say so. */
  readonly requirePartitionFilter: true;
  readonly clustering: { readonly fields: readonly string[] };
}

interface FieldResource {
  readonly name: string;
  readonly type: string;
  readonly mode: 'REQUIRED' | 'NULLABLE' | 'REPEATED';
  readonly description: string;
}

// The names of the REST interface: GoogleSQL's INT64, FLOAT64 and BOOL confuse some emulators there.
const bigquery_types: Readonly<Record<ColumnType, string>> = {
  text: 'STRING',
  integer: 'INTEGER',
  number: 'FLOAT',
  boolean: 'BOOLEAN',
  time: 'TIMESTAMP',
  json: 'JSON',
  texts: 'STRING',
  integers: 'INTEGER',
  numbers: 'FLOAT',
  doubles: 'FLOAT',
};

const list_types: ReadonlySet<ColumnType> = new Set(['texts', 'integers', 'numbers', 'doubles']);

/** A table of the schema as BigQuery wants it described: partitioned by day, clustered, every column explained. */
export function tableResource(name: TableName): TableResource {
  const table: AnyTable = tables[name];
  return {
    description: table.comment,
    schema: {
      fields: Object.entries(table.columns).map(([column, definition]) => field(column, definition)),
    },
    timePartitioning: { type: 'DAY', field: table.day_column },
    requirePartitionFilter: true,
    clustering: { fields: table.cluster_by },
  };
}

function field(name: string, { type, required, comment }: Column): FieldResource {
  const mode = list_types.has(type) ? 'REPEATED' : required ? 'REQUIRED' : 'NULLABLE';
  return { name, type: bigquery_types[type], mode, description: comment };
}
