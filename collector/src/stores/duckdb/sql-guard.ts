import type { DuckDBConnection } from '@duckdb/node-api';
import { SextantError } from '../../errors.ts';
import { tables } from '../schema.ts';

/** Table functions that touch nothing but their arguments. */
const table_functions: ReadonlySet<string> = new Set(['unnest', 'range', 'generate_series']);

/**
 * Functions that tell or do more than their arguments hold: `stats` gives the smallest and largest value of a
 * column over the rows of all tenants, others read settings and plans, write logs or wait.
 */
const refused_functions: ReadonlySet<string> = new Set([
  ...['stats', 'json_serialize_plan', 'getvariable', 'current_setting'],
  ...['nextval', 'currval', 'setseed', 'write_log', 'sleep_ms', 'pg_sleep'],
  ...['pg_get_viewdef', 'pg_get_constraintdef', 'get_block_size', 'format_type'],
]);

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
  if (tree.error) {
    // DuckDB's own sentence speaks of how the statement is looked at, not of what is wrong with it.
    const is_other = tree.error_type === 'not implemented';
    throw new SextantError('bad_sql', is_other ? 'Only SELECT statements are run.' : tree.error_message);
  }
  if (tree.statements?.length !== 1) throw new SextantError('bad_sql', 'Send exactly one statement.');
  checkTree(tree.statements);
}

interface SerializedSql {
  readonly error: boolean;
  readonly error_type?: string;
  readonly error_message?: string;
  readonly statements?: readonly unknown[];
}

type Node = Readonly<Record<string, unknown>>;

/** A part of the tree, and the common table expressions that can be named in it. */
interface Place {
  readonly value: unknown;
  readonly named: ReadonlySet<string>;
}

// Iterative: the depth of a statement is up to its author.
function checkTree(root: unknown): void {
  const open: Place[] = [{ value: root, named: new Set() }];
  for (let place = open.pop(); place; place = open.pop()) {
    const { value, named } = place;
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value)) checkNode(value as Node, named);
    // One at a time: a spread of many arguments would overflow the stack.
    for (const child of childrenOf(value as Node, named)) open.push(child);
  }
}

/**
 * Where the name of an expression is out of scope, DuckDB looks for a table or even a file of that name. So
 * each one counts only where DuckDB sees it: in those after it and in the query they stand before, and in the
 * second half of its own definition where that is recursive.
 */
function childrenOf(node: Node, outer: ReadonlySet<string>): Place[] {
  const { cte_map, ...rest } = node;
  const places: Place[] = [];
  let named = outer;
  for (const { key, value } of (cte_map as CteMap | undefined)?.map ?? []) {
    places.push({ value, named });
    named = new Set([...named, key.toLowerCase()]);
  }
  const own = node['type'] === 'RECURSIVE_CTE_NODE' ? [String(node['cte_name']).toLowerCase()] : [];
  for (const [field, value] of Object.entries(rest))
    places.push({ value, named: field === 'right' ? new Set([...named, ...own]) : named });
  return places;
}

interface CteMap {
  readonly map?: readonly { readonly key: string; readonly value: unknown }[];
}

function checkNode(node: Node, named: ReadonlySet<string>): void {
  const type = node['type'];
  if (type === 'BASE_TABLE') checkTable(node, named);
  if (type === 'TABLE_FUNCTION') {
    const name = functionName(node['function'] as Node);
    if (!table_functions.has(name))
      throw new SextantError('bad_sql', `The table function ${name} is not allowed.`);
  }
  if ('function_name' in node && refused_functions.has(functionName(node)))
    throw new SextantError('bad_sql', `The function ${functionName(node)} is not allowed.`);
  if (type === 'SHOW_REF' && !node['query']) throw new SextantError('bad_sql', 'Use DESCRIBE with a table.');
}

function checkTable(node: Node, named: ReadonlySet<string>): void {
  const name = String(node['table_name']).toLowerCase();
  const qualified = node['catalog_name'] || node['schema_name'];
  const known = Object.hasOwn(tables, name) || named.has(name);
  if (qualified || !known) throw new SextantError('bad_sql', `There is no table ${name}.`);
}

function functionName(node: Node): string {
  return String(node['function_name']).toLowerCase();
}
