/** What tables of the schema are made of. */

export type ColumnType =
  | 'text'
  | 'integer'
  | 'number'
  | 'boolean'
  /** Microseconds since 1970 in UTC. */
  | 'time'
  /** A JSON document as text. */
  | 'json'
  | 'texts'
  | 'integers'
  /** Numbers of 32 bits. */
  | 'numbers'
  /** Numbers of 64 bits. */
  | 'doubles';

export interface Column {
  readonly type: ColumnType;
  readonly required: boolean;
  readonly comment: string;
}

export interface Table<Columns extends Record<string, Column> = Record<string, Column>> {
  readonly comment: string;
  /** The column whose UTC day places the row. */
  readonly day_column: keyof Columns & string;
  /** At most four columns rows are looked up by, most used first. */
  readonly cluster_by: readonly (keyof Columns & string)[];
  readonly columns: Columns;
}

/** Some table of the schema, its column names forgotten. */
export interface AnyTable {
  readonly comment: string;
  readonly day_column: string;
  readonly cluster_by: readonly string[];
  readonly columns: Readonly<Record<string, Column>>;
}

interface JavaScriptTypes {
  text: string;
  integer: number;
  number: number;
  boolean: boolean;
  time: number;
  json: string;
  texts: readonly string[];
  integers: readonly number[] | Float64Array;
  numbers: readonly number[] | Float32Array | Float64Array;
  doubles: readonly number[];
}

/** The row of a table: required columns as values, the others as value or null. */
export type RowOf<T> =
  T extends Table<infer Columns>
    ? {
        readonly [Name in keyof Columns]: Columns[Name] extends { readonly required: true }
          ? JavaScriptTypes[Columns[Name]['type']]
          : JavaScriptTypes[Columns[Name]['type']] | null;
      }
    : never;

export const required = <T extends ColumnType>(type: T, comment: string) =>
  ({ type, required: true, comment }) as const;
export const optional = <T extends ColumnType>(type: T, comment: string) =>
  ({ type, required: false, comment }) as const;

export function table<const Columns extends Record<string, Column>>(
  definition: Table<Columns>,
): Table<Columns> {
  return definition;
}
