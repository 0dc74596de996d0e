import { decodeJsonAttributes } from './json-attributes.ts';
import { arrayOf, type JsonObject, objectOf, objectsOf, textOf } from './json-fields.ts';
import type { JsonItems } from './json-items.ts';
import { type LongFields, parseJson } from './json-text.ts';
import { checkItems } from './limits.ts';
import type { Rejection, Scope, Surroundings } from './records.ts';

/** What differs between the signals: the names of the levels of a request, and where 64-bit integers stand. */
export interface JsonEnvelope {
  readonly resources: 'resourceSpans' | 'resourceLogs' | 'resourceMetrics';
  readonly scopes: 'scopeSpans' | 'scopeLogs' | 'scopeMetrics';
  readonly items: 'spans' | 'logRecords' | 'metrics';
  readonly longs: LongFields;
}

/**
 * Walks an export request in the JSON encoding of OTLP and calls `readItem` with each span, log record or metric.
 * Ids are hexadecimal in either case, 64-bit integers decimal strings or numbers, enums integers; null means
 * absent, unknown fields are ignored.
 * @throws SextantError undecodable, too_large
 */
export function walkJson(
  body: Buffer,
  envelope: JsonEnvelope,
  items: JsonItems,
  readItem: (item: unknown, around: Surroundings) => void,
): void {
  const { rejections } = items;
  const request = objectOf(parseJson(body, envelope.longs), 'request');
  let count = 0;
  for (const resource_item of objectsOf(request[envelope.resources], envelope.resources)) {
    const { attributes } = objectOf(resource_item['resource'], 'resource');
    const resource = { attributes: decodeJsonAttributes(attributes, rejections) };
    for (const scope_item of objectsOf(resource_item[envelope.scopes], envelope.scopes)) {
      const around = { resource, scope: decodeScope(scope_item, rejections) };
      const listed = arrayOf(scope_item[envelope.items], envelope.items);
      count += listed.length;
      checkItems(count);
      for (const item of listed) readItem(item, around);
    }
  }
  items.finish();
}

function decodeScope(scope_item: JsonObject, rejections: Rejection[]): Scope {
  const scope = objectOf(scope_item['scope'], 'scope');
  return {
    name: textOf(scope['name'], 'scope.name'),
    version: textOf(scope['version'], 'scope.version'),
    schema_url: textOf(scope_item['schemaUrl'], 'schemaUrl'),
    attributes: decodeJsonAttributes(scope['attributes'], rejections),
  };
}
