/** What the store has, held against what was acknowledged. */
export interface Comparison {
  readonly acknowledged: number;
  readonly stored: number;
  /** Acknowledged spans that are not there, and spans without the rows that belong to them. */
  readonly lost: number;
  /** Rows that are there more than once. */
  readonly duplicated: number;
}

export async function compareWithStore(url: string, acknowledged: ReadonlySet<string>): Promise<Comparison> {
  const rows = await runSql(url, 'SELECT span_id FROM spans');
  const stored = new Set(rows.map((row) => String(row['span_id'])));
  const missing = [...acknowledged].filter((id) => !stored.has(id)).length;
  const count = async (statement: string) => Number((await runSql(url, statement))[0]?.['n']);
  return {
    acknowledged: acknowledged.size,
    stored: stored.size,
    lost: missing + (await count(unpriced_spans)) + (await count(spans_without_message)),
    duplicated:
      rows.length - stored.size + (await count(repeated_cost_lines)) + (await count(repeated_messages)),
  };
}

const unpriced_spans = `SELECT count(*) AS n FROM spans s
  WHERE NOT EXISTS (SELECT 1 FROM cost_lines c WHERE c.span_id = s.span_id)`;
const spans_without_message = `SELECT count(*) AS n FROM spans s
  WHERE s.input_messages[1] NOT IN (SELECT message_hash FROM messages)`;
const repeated_cost_lines = `SELECT count(*) AS n FROM
  (SELECT 1 FROM cost_lines GROUP BY span_id, unit, revision HAVING count(*) > 1)`;
const repeated_messages = `SELECT count(*) AS n FROM
  (SELECT 1 FROM messages GROUP BY message_hash, CAST(first_time AS DATE) HAVING count(*) > 1)`;

async function runSql(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const response = await fetch(`${url}/api/sql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql, limit: rows_max }),
  });
  const answer = (await response.json()) as Answer;
  if (!response.ok || answer.truncated) throw new Error(`${sql}: ${answer.message ?? 'the answer was cut'}`);
  return answer.rows;
}

export const rows_max = 5_000_000;

interface Answer {
  readonly rows: Record<string, unknown>[];
  readonly truncated: boolean;
  readonly message?: string;
}
