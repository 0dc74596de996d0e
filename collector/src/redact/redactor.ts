import type {
  AttributeMap,
  AttributeValue,
  DecodedLog,
  DecodedPoint,
  DecodedSpan,
  Resource,
  Scope,
} from '../decode/records.ts';
import { type OnSecret, redacted, redactText } from './secrets.ts';

/**
 * Takes credentials out of what was decoded, before anything else sees it: the values of attributes whose name
 * says that they are secret, and in all other texts what has the form of a key or token. Everything else stays as
 * it came; a record without secrets is given back itself.
 */
export interface Redactor {
  span(span: DecodedSpan): DecodedSpan;
  log(log: DecodedLog): DecodedLog;
  point(point: DecodedPoint): DecodedPoint;
}

export interface RedactorOptions {
  /** Attributes to redact beside those that are known by their name, separated by commas. */
  readonly redact_names: string;
  /** Told of each secret: its form, or `named_attribute`. */
  readonly onSecret: OnSecret;
}

/** The last part of a name, after a dot or at the beginning: headers, parameters and fields that hold credentials. */
const secret_name =
  /(?:^|[./_-])(?:(?:proxy[-_])?authorization|(?:set[-_])?cookie|(?:x[-_])?(?:goog[-_])?api[-_]?key|passw(?:or)?d|client[-_]?secret|secret[-_]?(?:access[-_]?)?key|(?:access|refresh|id|auth|session|bearer)[-_]?token|private[-_]?key)$/i;

/** Names come from senders: as many are remembered as any application has, then they are looked at anew. */
const names_max = 10_000;

export function createRedactor({ redact_names, onSecret }: RedactorOptions): Redactor {
  const wanted = new Set(redact_names.split(',').map((name) => name.trim()));
  const known = new Map<string, boolean>();
  // Spans of one request share their resource and scope, and what follows knows them by their identity.
  const shared = new WeakMap<Resource | Scope, Resource | Scope>();

  function isSecret(name: string): boolean {
    const remembered = known.get(name);
    if (remembered !== undefined) return remembered;
    if (known.size >= names_max) known.clear();
    const is_secret = wanted.has(name) || secret_name.test(name);
    known.set(name, is_secret);
    return is_secret;
  }

  function attributes(map: AttributeMap): AttributeMap {
    let changed: Map<string, AttributeValue> | null = null;
    for (const [name, before] of map) {
      const after = isSecret(name) ? hide(before) : value(before);
      if (after === before) continue;
      changed ??= new Map(map);
      changed.set(name, after);
    }
    return changed ?? map;
  }

  function hide(before: AttributeValue): AttributeValue {
    if (before === redacted || before === null || before === '') return before;
    onSecret('named_attribute');
    return redacted;
  }

  function value(before: AttributeValue): AttributeValue {
    if (typeof before === 'string') return redactText(before, onSecret);
    if (typeof before !== 'object' || before === null || before instanceof Uint8Array) return before;
    return before instanceof Map
      ? attributes(before)
      : mapChanged(before as readonly AttributeValue[], value);
  }

  function withAttributes<Holder extends { readonly attributes: AttributeMap }>(holder: Holder): Holder {
    const after = attributes(holder.attributes);
    return after === holder.attributes ? holder : { ...holder, attributes: after };
  }

  function once<Holder extends Resource | Scope>(holder: Holder): Holder {
    const done = shared.get(holder) as Holder | undefined;
    if (done !== undefined) return done;
    const after = withAttributes(holder);
    shared.set(holder, after);
    return after;
  }

  return {
    span: (span) =>
      withChanges(span, {
        name: redactText(span.name, onSecret),
        status_message: redactText(span.status_message, onSecret),
        attributes: attributes(span.attributes),
        events: mapChanged(span.events, withAttributes),
        links: mapChanged(span.links, withAttributes),
        resource: once(span.resource),
        scope: once(span.scope),
      }),
    log: (log) =>
      withChanges(log, {
        body: value(log.body),
        attributes: attributes(log.attributes),
        resource: once(log.resource),
        scope: once(log.scope),
      }),
    point: (point) =>
      withChanges(point, {
        attributes: attributes(point.attributes),
        resource: once(point.resource),
        scope: once(point.scope),
      }),
  };
}

/** The same list where no item changes. */
function mapChanged<Item>(items: readonly Item[], change: (item: Item) => Item): readonly Item[] {
  let changed: Item[] | null = null;
  for (let index = 0; index < items.length; index++) {
    const item = items[index] as Item;
    const after = change(item);
    if (after === item) continue;
    changed ??= items.slice();
    changed[index] = after;
  }
  return changed ?? items;
}

/** The record itself where nothing changes. */
function withChanges<Record extends object>(record: Record, changes: Partial<Record>): Record {
  for (const name in changes) if (changes[name] !== record[name]) return { ...record, ...changes };
  return record;
}
