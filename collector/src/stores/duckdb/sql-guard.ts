import type { DuckDBConnection } from '@duckdb/node-api';
import { SextantError } from '../../errors.ts';
import { tables } from '../schema.ts';

/** Table functions that touch nothing but their arguments. */
const table_functions: ReadonlySet<string> = new Set(['unnest', 'range', 'generate_series']);

/**
 * Lets one SELECT pass that names only tables of the schema and its own common table expressions. DuckDB parses
 * the statement itself and hands out the tree as JSON, so what is checked is what would run.
 * @throws SextantError bad_sql
 */
export async function checkStatement(connection: DuckDBConnection, statement: string): Promise<void> {
  const reader = await connection.runAndReadAll('SELECT json_serialize_sql($statement::VARCHAR) AS tree', {
    statement,
  });
  const tree = JSON.parse(String(reader.getRowObjects()[0]?.['tree'])) as SerializedSql;
  if (tree.error) throw new SextantError('bad_sql', tree.error_message);
  if (tree.statements?.length !== 1) throw new SextantError('bad_sql', 'Send exactly one statement.');
  const expressions = new Set<string>();
  walk(tree, (node) => collectExpressions(node, expressions));
  walk(tree, (node) => checkNode(node, expressions));
}

interface SerializedSql {
  readonly error: boolean;
  readonly error_message?: string;
  readonly statements?: readonly unknown[];
}

type Node = Readonly<Record<string, unknown>>;

// Iterative: the depth of a statement is up to its author.
function walk(root: unknown, visit: (node: Node) => void): void {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (Array.isArray(value)) open.push(...value);
    else if (typeof value === 'object' && value !== null) {
      visit(value as Node);
      open.push(...Object.values(value));
    }
  }
}

function collectExpressions(node: Node, expressions: Set<string>): void {
  const map = (node['cte_map'] as { map?: readonly { key?: unknown }[] } | undefined)?.map;
  for (const entry of map ?? []) expressions.add(String(entry.key).toLowerCase());
}

function checkNode(node: Node, expressions: ReadonlySet<string>): void {
  if (node['type'] === 'BASE_TABLE') {
    const name = String(node['table_name']).toLowerCase();
    const qualified = node['catalog_name'] || node['schema_name'];
    const known = Object.hasOwn(tables, name) || expressions.has(name);
    if (qualified || !known) throw new SextantError('bad_sql', `There is no table ${name}.`);
  }
  if (node['type'] === 'TABLE_FUNCTION') {
    const name = String((node['function'] as Node | undefined)?.['function_name']).toLowerCase();
    if (!table_functions.has(name))
      throw new SextantError('bad_sql', `The table function ${name} is not allowed.`);
  }
  if (node['type'] === 'SHOW_REF' && !node['query'])
    throw new SextantError('bad_sql', 'Use DESCRIBE with a table.');
}
