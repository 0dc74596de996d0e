import type {
  AttributeMap,
  AttributeValue,
  Resource,
  Scope,
  SpanEvent,
  SpanLink,
} from '../decode/records.ts';
import { toJsonObject } from '../normalise/json.ts';

/** What a sender said about a span, as JSON text. */

export function attributesJson(attributes: AttributeMap, left_out: ReadonlySet<string>): string {
  return JSON.stringify(toJsonObject(attributes, left_out));
}

export function eventsJson(events: readonly SpanEvent[]): string {
  if (events.length === 0) return '[]';
  return JSON.stringify(
    events.map(({ name, time_ns, attributes }) => ({
      name,
      time: isoTime(time_ns),
      attributes: toJsonObject(attributes),
    })),
  );
}

export function linksJson(links: readonly SpanLink[]): string {
  if (links.length === 0) return '[]';
  return JSON.stringify(
    links.map(({ attributes, ...link }) => ({ ...link, attributes: toJsonObject(attributes) })),
  );
}

export type ResourceJson = (resource: Resource, scope: Scope) => string;

/** Spans of a request share their resource and scope: each pair is written once, and forgotten with the request. */
export function rememberResources(): ResourceJson {
  const memory = new WeakMap<Resource, WeakMap<Scope, string>>();
  return (resource, scope) => {
    const scopes = memory.get(resource) ?? new WeakMap<Scope, string>();
    const json = scopes.get(scope) ?? resourceJson(resource, scope);
    scopes.set(scope, json);
    memory.set(resource, scopes);
    return json;
  };
}

function resourceJson({ attributes }: Resource, scope: Scope): string {
  const { name, version, schema_url } = scope;
  const described = new Map<string, AttributeValue>([
    ['name', name],
    ['version', version],
    ['schema_url', schema_url],
    ['attributes', scope.attributes],
  ]);
  // A resource attribute of that name makes way.
  const own = [...attributes].map(
    ([key, value]) => [key === 'scope' ? 'resource.scope' : key, value] as const,
  );
  return JSON.stringify(toJsonObject(new Map([...own, ['scope', described]])));
}

/** ISO 8601 in UTC with nanoseconds. */
export function isoTime(time_ns: bigint): string {
  const milliseconds = new Date(Number(time_ns / 1_000_000n)).toISOString().slice(0, -1);
  return `${milliseconds}${String(time_ns % 1_000_000n).padStart(6, '0')}Z`;
}
