import { describe, expect, test } from 'vitest';
import { tableResource } from '../../../../collector/src/stores/bigquery/ddl.ts';
import { type AnyTable, type TableName, tables } from '../../../../collector/src/stores/schema.ts';

const names = Object.keys(tables) as TableName[];

describe.each(names)('the BigQuery table %s', (name) => {
  const resource = tableResource(name);
  const table: AnyTable = tables[name];

  test('has every column, explained', () => {
    const described = resource.schema.fields.map((field) => [field.name, field.description]);
    expect(described).toEqual(
      Object.entries(table.columns).map(([column, { comment }]) => [column, comment]),
    );
    expect(resource.description).toBe(table.comment);
  });

  test('is partitioned by a required time, and must be asked by it', () => {
    const partition = resource.schema.fields.find((field) => field.name === resource.timePartitioning.field);
    expect(partition).toMatchObject({ type: 'TIMESTAMP', mode: 'REQUIRED' });
    expect(resource.requirePartitionFilter).toBe(true);
  });

  test('is clustered by at most four columns that BigQuery can cluster by', () => {
    expect(resource.clustering.fields.length).toBeGreaterThan(0);
    expect(resource.clustering.fields.length).toBeLessThanOrEqual(4);
    for (const column of resource.clustering.fields) {
      const field = resource.schema.fields.find(({ name }) => name === column);
      expect(field?.mode).not.toBe('REPEATED');
      expect(['STRING', 'INTEGER', 'TIMESTAMP', 'BOOLEAN']).toContain(field?.type);
    }
  });
});

test('the resource of a small table is this', () => {
  const columns = tableResource('audit').schema.fields.map(({ description, ...field }) => field);
  expect({ ...tableResource('audit'), schema: { fields: columns } }).toEqual({
    description: 'Administrative acts.',
    timePartitioning: { type: 'DAY', field: 'time' },
    requirePartitionFilter: true,
    clustering: { fields: ['action'] },
    schema: {
      fields: [
        { name: 'tenant', type: 'STRING', mode: 'REQUIRED' },
        { name: 'time', type: 'TIMESTAMP', mode: 'REQUIRED' },
        { name: 'actor', type: 'STRING', mode: 'REQUIRED' },
        { name: 'action', type: 'STRING', mode: 'REQUIRED' },
        { name: 'target', type: 'STRING', mode: 'NULLABLE' },
        { name: 'details', type: 'JSON', mode: 'REQUIRED' },
        { name: 'ingest_time', type: 'TIMESTAMP', mode: 'REQUIRED' },
      ],
    },
  });
});

test('lists are repeated', () => {
  const modes = Object.fromEntries(
    tableResource('sketches').schema.fields.map(({ name, mode }) => [name, mode]),
  );
  expect(modes).toMatchObject({ sums: 'REPEATED', count: 'REQUIRED' });
});
