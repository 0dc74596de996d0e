import { tool_arguments_key, trace_lead_us } from '../measured.ts';
import type { Row, TraceSummary } from '../store.ts';
import { type Portion, readPortion } from './portion.ts';

/** What the traces of roots did until these were stored, by root. */
export type Traces = ReadonlyMap<Row, TraceSummary>;

/** A call of a model or a tool. */
interface Step {
  readonly tenant: string;
  readonly trace_id: string;
  readonly start_time: number;
  readonly stored_time: number;
  readonly tool_name: string | null;
  readonly is_tool: boolean;
  readonly row_id: string;
}

/**
 * Of a trace counts what was stored until its root was, so that it is the same whenever it is asked. What a span gained
 * since does not make it a later one.
 */
export async function readTraces(portion: Portion, roots: readonly Row[]): Promise<Traces> {
  if (roots.length === 0) return new Map();
  const steps = await readSteps(portion, roots);
  const calls = await readArguments(portion, steps);
  const by_trace = Map.groupBy(steps, traceOf);
  return new Map(
    roots.map((root) => {
      const own = (by_trace.get(traceOf(root as unknown as Step)) ?? []).filter((step) =>
        isBefore(step, root),
      );
      return [root, summaryOf(own, calls)];
    }),
  );
}

function traceOf({ tenant, trace_id }: Pick<Step, 'tenant' | 'trace_id'>): string {
  return `${trace_id} ${tenant}`;
}

function isBefore(step: Step, root: Row): boolean {
  const began_us = root['time'] as number;
  return step.stored_time <= (root['stored_time'] as number) && step.start_time >= began_us - trace_lead_us;
}

/** @param calls arguments of tools, by row */
function summaryOf(steps: readonly Step[], calls: ReadonlyMap<string, string>): TraceSummary {
  const tools = steps.filter(({ is_tool }) => is_tool);
  const named = tools.flatMap(({ tool_name, row_id }) => {
    const text = calls.get(row_id);
    return text === undefined ? [] : `${tool_name ?? ''} ${text}`;
  });
  const repeated_tool_calls = named.length - new Set(named).size;
  return { steps: steps.length, tool_calls: tools.length, repeated_tool_calls };
}

async function readSteps(portion: Portion, roots: readonly Row[]): Promise<Step[]> {
  const began_us = roots.reduce(
    (first, { time }) => Math.min(first, time as number),
    Number.POSITIVE_INFINITY,
  );
  const rows = await readPortion(
    portion,
    `SELECT tenant, trace_id, start_time, coalesce(stored_time, ingest_time) AS stored_time, tool_name,
      coalesce(operation, '') = 'execute_tool' AS is_tool, rowid::VARCHAR AS row_id
    FROM "${portion.day}".main.spans
    WHERE trace_id IN (SELECT unnest($trace_ids)) AND (is_leaf OR coalesce(operation, '') = 'execute_tool')
      AND start_time >= make_timestamp($from_us::BIGINT)`,
    {
      trace_ids: [...new Set(roots.map(({ trace_id }) => trace_id as string))],
      from_us: began_us - trace_lead_us,
    },
  );
  return rows as unknown as Step[];
}

/** Attributes are long, so they are read of calls of tools alone. */
async function readArguments(portion: Portion, steps: readonly Step[]): Promise<ReadonlyMap<string, string>> {
  const row_ids = steps.filter(({ is_tool }) => is_tool).map(({ row_id }) => row_id);
  if (row_ids.length === 0) return new Map();
  const rows = await readPortion(
    portion,
    `SELECT rowid::VARCHAR AS row_id, json_extract_string(attributes, '$."${tool_arguments_key}"') AS arguments
    FROM "${portion.day}".main.spans
    WHERE rowid IN (SELECT unnest($row_ids)::BIGINT)`,
    { row_ids },
  );
  const known = rows.filter((row) => typeof row['arguments'] === 'string');
  return new Map(known.map((row) => [row['row_id'] as string, row['arguments'] as string]));
}
