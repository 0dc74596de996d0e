/** The fields trace_id = 1, span_id = 2 and parent_span_id = 4 of spans, contents of messages and names of conversations. */
export function placesOf(body: Buffer): Places {
  const ids: number[] = [];
  const trace_id = Buffer.from([0x0a, 16]);
  for (let at = body.indexOf(trace_id); at >= 0; at = body.indexOf(trace_id, at + 1)) {
    if (body[at + 18] !== 0x12 || body[at + 19] !== 8) continue;
    ids.push(at + 2, at + 20);
    if (body[at + 28] === 0x22 && body[at + 29] === 8) ids.push(at + 30);
  }
  const texts: number[] = [];
  const content = '"content":"';
  for (let at = body.indexOf(content); at >= 0; at = body.indexOf(content, at + 1))
    texts.push(at + content.length);
  const conversation = 'gen_ai.conversation.id';
  for (let at = body.indexOf(conversation); at >= 0; at = body.indexOf(conversation, at + 1))
    texts.push(at + conversation.length + bytes_before_value);
  return { ids, texts };
}

/** Number and length of the value, then those of its text. */
const bytes_before_value = 4;

/** The same request with other ids, messages and conversations. */
export function variantOf(template: Buffer, { ids, texts }: Places, number: number): Buffer {
  const body = Buffer.from(template);
  for (const place of ids) body.writeUInt32LE((body.readUInt32LE(place) ^ number) >>> 0, place);
  const word = number.toString(36).padStart(6, 'z');
  for (const place of texts) body.write(word, place, 'latin1');
  return body;
}

export interface Places {
  /** Where ids begin. */
  readonly ids: readonly number[];
  /** Where texts of messages and names of conversations begin. */
  readonly texts: readonly number[];
}
