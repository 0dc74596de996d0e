import { type TableName, tables } from '../schema.ts';
import type { Client } from './client.ts';
import { tableResource } from './ddl.ts';

/**
 * Creates the dataset and the tables that are missing. Tables are never dropped or made anew: BigQuery may lose
 * rows streamed into a table of a name that was used before.
 */
export async function createTables(client: Client): Promise<void> {
  const dataset = client.bigquery.dataset(client.dataset);
  const [exists] = await client.retry(() => dataset.exists());
  if (!exists) await createOnce(client, () => dataset.create());
  const [present] = await client.retry(() => dataset.getTables());
  const known = new Set(present.map((table) => table.id));
  for (const name of Object.keys(tables) as TableName[]) {
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
