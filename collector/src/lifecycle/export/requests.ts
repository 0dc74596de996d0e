import { keyValues } from '../../replay/otlp.ts';

/** A span, a log record or a metric as it stands in a request. */
export interface ExportedItem {
  /** The item alone. */
  readonly json: string;
  /** Resource and scope, as in the column `resource`. */
  readonly resource: string;
}

/** What the levels of a request are called. */
export interface RequestForm {
  readonly resources: 'resourceSpans' | 'resourceLogs' | 'resourceMetrics';
  readonly scopes: 'scopeSpans' | 'scopeLogs' | 'scopeMetrics';
  readonly items: 'spans' | 'logRecords' | 'metrics';
}

const request_items = 256;
const request_bytes = 4 * 1024 * 1024;

/** Items in requests no collector finds too large, unless a single item is. */
export function* toLines(form: RequestForm, items: readonly ExportedItem[]): Generator<string> {
  let waiting: ExportedItem[] = [];
  let bytes = 0;
  for (const item of items) {
    if (
      waiting.length === request_items ||
      (waiting.length > 0 && bytes + item.json.length > request_bytes)
    ) {
      yield requestOf(form, waiting);
      waiting = [];
      bytes = 0;
    }
    waiting.push(item);
    bytes += item.json.length;
  }
  if (waiting.length > 0) yield requestOf(form, waiting);
}

/** One request as a line of JSON. */
export function requestOf(form: RequestForm, items: readonly ExportedItem[]): string {
  const groups = [...Map.groupBy(items, ({ resource }) => resource)].map(([resource, members]) => {
    const { scope, ...attributes } = JSON.parse(resource) as ResourceJson;
    const { name, version, schema_url } = scope ?? {};
    const described = { name, version, attributes: keyValues(scope?.attributes ?? {}) };
    const list = members.map(({ json }) => json).join(',');
    return `{"resource":${JSON.stringify({ attributes: keyValues(attributes) })},"${form.scopes}":[{"scope":${JSON.stringify(
      described,
    )},"schemaUrl":${JSON.stringify(schema_url ?? '')},"${form.items}":[${list}]}]}`;
  });
  return `{"${form.resources}":[${groups.join(',')}]}\n`;
}

export type Attributes = Readonly<Record<string, unknown>>;

interface ResourceJson extends Attributes {
  readonly scope?: {
    readonly name?: string;
    readonly version?: string;
    readonly schema_url?: string;
    readonly attributes?: Attributes;
  };
}
