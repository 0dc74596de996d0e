import type { AttributeMap } from '../decode/records.ts';
import { collectIndexed, type IndexedItem } from './indexed.ts';
import { jsonOrText } from './json.ts';
import type { Message, Part } from './message.ts';
import { readMessage } from './messages.ts';
import { toolCallPart } from './parts.ts';
import { asText } from './read.ts';

/** Under which paths a sender flattens a message into attributes `prefix.<index>.<path>`. */
export interface FlattenedForm {
  readonly role: string;
  readonly content: string;
  readonly name: string;
  readonly finish_reason: string;
  readonly tool_call_id: string;
  readonly tool_calls: string;
  readonly call_id: string;
  readonly call_name: string;
  readonly call_arguments: string;
  /** A list of content items, each with a type and a text or an image, where the sender has one. */
  readonly contents?: ContentsForm;
}

interface ContentsForm {
  readonly list: string;
  readonly type: string;
  readonly text: string;
  readonly image_url: string;
}

export interface FlattenedMessages {
  readonly messages: readonly Message[];
  /** The attributes whose content is in the messages. */
  readonly consumed: readonly string[];
}

/** Reads the messages flattened under a prefix; undefined when there is no content. */
export function readFlattened(
  attributes: AttributeMap,
  place: { prefix: string; role: string; form: FlattenedForm },
): FlattenedMessages | undefined {
  const read = collectIndexed(attributes, place.prefix).map((item) => readItem(item, place.form, place.role));
  const messages = read.map((item) => item.message);
  if (!messages.some((message) => message.parts.length > 0)) return undefined;
  return { messages, consumed: read.flatMap((item) => item.consumed) };
}

function readItem(
  { prefix, fields }: IndexedItem,
  form: FlattenedForm,
  default_role: string,
): { readonly message: Message; readonly consumed: readonly string[] } {
  const { message, complete } = readMessage(
    {
      role: asText(fields.get(form.role)),
      name: asText(fields.get(form.name)),
      content: jsonOrText(asText(fields.get(form.content))),
      finish_reason: asText(fields.get(form.finish_reason)),
      tool_call_id: asText(fields.get(form.tool_call_id)),
    },
    default_role,
  );
  const own = [form.role, form.name, form.content, form.finish_reason, form.tool_call_id];
  const nested = [...readContents(fields, form.contents), ...readCalls(fields, form)];
  const paths = [...(complete ? readable(fields, own) : []), ...nested.flatMap((item) => item.paths)];
  return {
    message: { ...message, parts: [...message.parts, ...nested.map((item) => item.part)] },
    consumed: paths.map((path) => prefix + path),
  };
}

interface NestedPart {
  readonly part: Part;
  /** Paths within the message that the part holds in full. */
  readonly paths: readonly string[];
}

function readContents(fields: AttributeMap, form: ContentsForm | undefined): readonly NestedPart[] {
  if (form === undefined) return [];
  return collectIndexed(fields, form.list).flatMap((item) => {
    const type = asText(item.fields.get(form.type));
    const text = asText(item.fields.get(form.text));
    const uri = asText(item.fields.get(form.image_url));
    if (text !== undefined) {
      const part: Part = { type: type ?? 'text', content: text };
      return [{ part, paths: pathsOf(item, [form.type, form.text]) }];
    }
    if (uri === undefined) return [];
    return [
      { part: { type: 'uri', modality: 'image', uri }, paths: pathsOf(item, [form.type, form.image_url]) },
    ];
  });
}

function readCalls(fields: AttributeMap, form: FlattenedForm): readonly NestedPart[] {
  return collectIndexed(fields, form.tool_calls).flatMap((item) => {
    const { parts, complete } = toolCallPart({
      id: asText(item.fields.get(form.call_id)),
      name: asText(item.fields.get(form.call_name)),
      arguments: asText(item.fields.get(form.call_arguments)),
    });
    const paths = complete ? pathsOf(item, [form.call_id, form.call_name, form.call_arguments]) : [];
    return parts.map((part) => ({ part, paths }));
  });
}

function pathsOf(item: IndexedItem, paths: readonly string[]): readonly string[] {
  return readable(item.fields, paths).map((path) => item.prefix + path);
}

function readable(fields: AttributeMap, paths: readonly string[]): readonly string[] {
  return paths.filter((path) => asText(fields.get(path)) !== undefined);
}
