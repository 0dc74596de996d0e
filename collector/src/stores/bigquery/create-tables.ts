import { type TableName, tables } from '../schema.ts';
import type { Client } from './client.ts';
import { tableResource } from './ddl.ts';

/**
 * Creates the dataset and the tables that are missing, and adds the columns that tables of an earlier version lack.
 * Tables are never dropped or made anew: BigQuery may lose rows streamed into a table of a name that was used before.
 */
export async function createTables(client: Client): Promise<void> {
  const dataset = client.bigquery.dataset(client.dataset);
  const [exists] = await client.retry(() => dataset.exists());
  if (!exists) await createOnce(client, () => dataset.create());
  const [present] = await client.retry(() => dataset.getTables());
  const known = new Set(present.map((table) => table.id));
  const names = Object.keys(tables) as TableName[];
  await Promise.all(names.filter((name) => known.has(name)).map((name) => addColumns(client, name)));
  for (const name of names) {
    if (known.has(name)) continue;
    const { schema, clustering, ...rest } = tableResource(name);
    const resource = {
      ...rest,
      schema: { fields: [...schema.fields] },
      clustering: { fields: [...clustering.fields] },
    };
    await createOnce(client, () => dataset.createTable(name, resource));
  }
}

async function addColumns(client: Client, name: TableName): Promise<void> {
  const table = client.bigquery.dataset(client.dataset).table(name);
  const [metadata] = await client.retry(() => table.getMetadata());
  const { fields } = metadata.schema as { readonly fields: readonly { readonly name: string }[] };
  const present = new Set(fields.map((field) => field.name));
  const missing = tableResource(name).schema.fields.filter((field) => !present.has(field.name));
  if (missing.length === 0) return;
  // Rows that are there have no value, so that none can be required.
  const added = missing.map((field) => (field.mode === 'REQUIRED' ? { ...field, mode: 'NULLABLE' } : field));
  await client.retry(() => table.setMetadata({ schema: { fields: [...fields, ...added] } }));
}

// Another collector, or an attempt of ours whose answer was lost, may have been first.
async function createOnce(client: Client, create: () => Promise<unknown>): Promise<void> {
  await client.retry(async () => {
    try {
      await create();
    } catch (error) {
      if ((error as { code?: unknown }).code !== 409) throw error;
    }
  });
}
