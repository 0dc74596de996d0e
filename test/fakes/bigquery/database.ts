import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
  LIST,
  VARCHAR,
} from '@duckdb/node-api';
import { ApiError, invalidQuery, notFound } from './errors.ts';
import { translate } from './googlesql.ts';

export interface Field {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
  readonly description?: string;
}

export interface TableResource {
  readonly tableReference: { readonly datasetId: string; readonly tableId: string };
  readonly schema: { readonly fields: readonly Field[] };
  readonly timePartitioning?: { readonly type: string; readonly field: string };
  readonly requirePartitionFilter?: boolean;
  readonly clustering?: { readonly fields: readonly string[] };
}

export interface QueryParameter {
  readonly name: string;
  readonly parameterType: { readonly type: string; readonly arrayType?: { readonly type: string } };
  readonly parameterValue: {
    readonly value?: unknown;
    readonly arrayValues?: readonly { readonly value: unknown }[];
  };
}

export interface Request {
  readonly query: string;
  /** The default one; null where every table has to be named with its dataset. */
  readonly dataset: string | null;
  readonly parameters: readonly QueryParameter[];
}

export interface Plan {
  readonly statement_type: string;
  readonly tables: readonly TableResource['tableReference'][];
  readonly sql: string | null;
}

export interface Result {
  readonly fields: readonly Field[];
  readonly rows: readonly { f: { v: unknown }[] }[];
  /** Rows a statement changed, or null for a SELECT. */
  readonly changed: number | null;
}

const duckdb_types: Readonly<Record<string, string>> = {
  STRING: 'VARCHAR',
  INTEGER: 'BIGINT',
  FLOAT: 'DOUBLE',
  BOOLEAN: 'BOOLEAN',
  TIMESTAMP: 'TIMESTAMP',
  JSON: 'JSON',
};

/** The rows of the fake, in a DuckDB of its own. */
export class Database {
  readonly #instance: DuckDBInstance;
  readonly #tables: () => readonly TableResource[];

  private constructor(instance: DuckDBInstance, tables: () => readonly TableResource[]) {
    this.#instance = instance;
    this.#tables = tables;
  }

  static async open(tables: () => readonly TableResource[]): Promise<Database> {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: '1',
      enable_external_access: 'false',
      // As in BigQuery.
      default_null_order: 'nulls_first_on_asc_last_on_desc',
    });
    return new Database(instance, tables);
  }

  close(): void {
    this.#instance.closeSync();
  }

  async createDataset(dataset: string): Promise<void> {
    await this.#use((connection) => connection.run(`CREATE SCHEMA ${quote(dataset)}`));
  }

  async createTable({ tableReference, schema }: TableResource): Promise<void> {
    const columns = schema.fields.map((field) => `${quote(field.name)} ${typeOf(field)}`);
    const name = `${quote(tableReference.datasetId)}.${quote(tableReference.tableId)}`;
    await this.#use((connection) => connection.run(`CREATE TABLE ${name} (${columns.join(', ')})`));
  }

  async addColumns({ tableReference }: TableResource, fields: readonly Field[]): Promise<void> {
    const name = `${quote(tableReference.datasetId)}.${quote(tableReference.tableId)}`;
    for (const field of fields) {
      const empty = field.mode === 'REPEATED' ? ' DEFAULT []' : '';
      const column = `${quote(field.name)} ${typeOf(field)}${empty}`;
      await this.#use((connection) => connection.run(`ALTER TABLE ${name} ADD COLUMN ${column}`));
    }
  }

  async insert({ tableReference, schema }: TableResource, rows: readonly object[]): Promise<void> {
    const shape = schema.fields.map((field) => [
      field.name,
      field.mode === 'REPEATED' ? ['VARCHAR'] : 'VARCHAR',
    ]);
    const columns = schema.fields.map((field) => {
      const missing = field.mode === 'REPEATED' ? '[]' : 'NULL';
      return `coalesce(CAST(row.${quote(field.name)} AS ${typeOf(field)}), ${missing})`;
    });
    const statement = `INSERT INTO ${quote(tableReference.datasetId)}.${quote(tableReference.tableId)}
      SELECT ${columns.join(', ')} FROM (
        SELECT unnest(from_json($rows::JSON, '${JSON.stringify([Object.fromEntries(shape)])}')) AS row)`;
    await this.#use((connection) => connection.run(statement, { rows: JSON.stringify(rows) }));
  }

  /** Checks a statement without running it, as a dry run does. */
  async plan(request: Request): Promise<Plan> {
    const { statement_type, sql, tokens } = translate(request.query);
    if (sql === null) return { statement_type, sql, tables: [] };
    return await this.#use(async (connection) => {
      const words = tokens.map((token) => token.value);
      // DuckDB names no tables of a statement with parameters.
      const names = connection.getTableNames(sql.replace(/\$[a-z_]\w*/g, 'NULL'), true);
      const tables = names.map((name) => referenceOf(name, request.dataset));
      for (const table of tables) this.#checkTable(table, words);
      const { values, types } = bind(request.parameters, sql);
      await asInvalidQuery(() => connection.runAndReadAll(`EXPLAIN ${sql}`, values, types));
      return { statement_type, sql, tables };
    }, request.dataset);
  }

  async run(request: Request, signal: AbortSignal): Promise<Result> {
    const { sql, statement_type } = await this.plan(request);
    if (sql === null) throw invalidQuery(`This fake does not run ${statement_type}.`);
    return await this.#use(async (connection) => {
      const { values, types } = bind(request.parameters, sql);
      const reader = await interruptible(connection, signal, () =>
        asInvalidQuery(() => connection.runAndReadAll(sql, values, types)),
      );
      if (statement_type === 'DELETE')
        return { fields: [], rows: [], changed: Number(reader.getRows()[0]?.[0] ?? 0) };
      const names = reader.columnNames();
      if (new Set(names).size < names.length)
        throw invalidQuery('Duplicate column names in the result are not supported.');
      const fields = names.map((name, index) => fieldOf(name, reader.columnType(index)));
      return {
        fields,
        rows: reader
          .getRows()
          .map((row) => ({ f: row.map((value, index) => ({ v: cell(value ?? missing(fields[index])) })) })),
        changed: null,
      };
    }, request.dataset);
  }

  #checkTable({ datasetId, tableId }: TableResource['tableReference'], words: readonly string[]): void {
    if (datasetId === '')
      throw invalidQuery(`Table "${tableId}" must be qualified with a dataset (e.g. dataset.table).`);
    const table = this.#tables().find(
      ({ tableReference }) => tableReference.datasetId === datasetId && tableReference.tableId === tableId,
    );
    if (!table) throw notFound(`Table ${datasetId}.${tableId}`);
    const column = table.timePartitioning?.field;
    // Rougher than the real thing: somewhere the partition column has to be compared.
    const is_bound = words.some(
      (word, index) => word === column && /^([<>]=?|=|BETWEEN)$/i.test(words[index + 1] ?? ''),
    );
    if (table.requirePartitionFilter && !is_bound)
      throw invalidQuery(
        `Cannot query over table '${datasetId}.${tableId}' without a filter over column(s) '${column}' that can be used for partition elimination`,
      );
  }

  async #use<T>(
    work: (connection: DuckDBConnection) => Promise<T>,
    dataset: string | null = null,
  ): Promise<T> {
    const connection = await this.#instance.connect();
    try {
      if (dataset !== null) await connection.run(`USE memory.${quote(dataset)}`);
      return await work(connection);
    } finally {
      connection.closeSync();
    }
  }
}

function referenceOf(name: string, dataset: string | null): TableResource['tableReference'] {
  const [table = '', of = dataset ?? ''] = name
    .split('.')
    .reverse()
    .map((part) => part.replaceAll('"', ''));
  return { datasetId: of, tableId: table };
}

// An interrupt that comes before the statement runs is lost, so it is repeated.
async function interruptible<T>(
  connection: DuckDBConnection,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const timer = setInterval(() => signal.aborted && connection.interrupt(), 20);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

async function asInvalidQuery<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (/interrupt/i.test(String(error))) throw new ApiError(400, 'stopped', 'Job execution was cancelled');
    throw invalidQuery(String(error));
  }
}

function bind(parameters: readonly QueryParameter[], sql: string) {
  const values: Record<string, DuckDBValue> = {};
  const types: Record<string, DuckDBType> = {};
  for (const { name, parameterType, parameterValue } of parameters) {
    // DuckDB refuses values a statement does not ask for; BigQuery does not mind them.
    if (!new RegExp(`\\$${name}\\b`).test(sql)) continue;
    const element = parameterType.arrayType?.type;
    if (element === undefined) {
      [values[name], types[name]] = scalar(parameterValue.value ?? null, parameterType.type);
    } else {
      const items = (parameterValue.arrayValues ?? []).map(({ value }) => scalar(value, element)[0]);
      values[name] = new DuckDBListValue(items);
      types[name] = LIST(scalar(null, element)[1]);
    }
  }
  return { values, types };
}

function scalar(value: unknown, type: string): [DuckDBValue, DuckDBType] {
  if (value !== null && typeof value !== 'string')
    throw new ApiError(400, 'invalid', 'Parameter values are strings');
  switch (type) {
    case 'STRING':
      return [value, VARCHAR];
    case 'INT64':
      return [value === null ? null : BigInt(value), BIGINT];
    case 'FLOAT64':
      return [value === null ? null : Number(value), DOUBLE];
    case 'BOOL':
      return [value === null ? null : value === 'true', BOOLEAN];
    default:
      throw new ApiError(400, 'invalid', `This fake does not know parameters of type ${type}`);
  }
}

function fieldOf(name: string, type: DuckDBType): Field {
  if (type.typeId === DuckDBTypeId.LIST) {
    const element = (type as DuckDBType & { valueType: DuckDBType }).valueType;
    return { name, type: restType(element), mode: 'REPEATED' };
  }
  return { name, type: restType(type), mode: 'NULLABLE' };
}

function restType(type: DuckDBType): string {
  if (type.alias === 'JSON') return 'JSON';
  switch (type.typeId) {
    case DuckDBTypeId.VARCHAR:
      return 'STRING';
    case DuckDBTypeId.BOOLEAN:
      return 'BOOLEAN';
    case DuckDBTypeId.TIMESTAMP:
      return 'TIMESTAMP';
    case DuckDBTypeId.FLOAT:
    case DuckDBTypeId.DOUBLE:
    // A literal like 0.5 is a decimal in DuckDB and a float in GoogleSQL.
    case DuckDBTypeId.DECIMAL:
      return 'FLOAT';
    case DuckDBTypeId.TINYINT:
    case DuckDBTypeId.SMALLINT:
    case DuckDBTypeId.INTEGER:
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.HUGEINT:
      return 'INTEGER';
    default:
      throw invalidQuery(`This fake does not know results of type ${type}`);
  }
}

// BigQuery has no unknown lists.
function missing(field: Field | undefined): DuckDBValue {
  return field?.mode === 'REPEATED' ? new DuckDBListValue([]) : null;
}

/** A value as the REST interface sends it: everything is text. */
function cell(value: DuckDBValue): unknown {
  if (value === null) return null;
  if (value instanceof DuckDBListValue) return value.items.map((item) => ({ v: cell(item) }));
  if (value instanceof DuckDBTimestampValue) return String(value.micros);
  if (value instanceof DuckDBDecimalValue) return String(value.toDouble());
  return String(value);
}

function typeOf({ type, mode }: Field): string {
  const name = duckdb_types[type];
  if (!name) throw new ApiError(400, 'invalid', `This fake does not know columns of type ${type}`);
  return mode === 'REPEATED' ? `${name}[]` : name;
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
