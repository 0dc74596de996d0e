import type { Json, Span } from '../api/client.ts';
import { JsonView } from '../ui/json-view.tsx';

/** What a tool was called with and what it gave, by the attribute names of the GenAI conventions. */
export function ToolPayload({ span }: { span: Span }) {
  return (
    <>
      <Payload title="Arguments" value={attribute(span.attributes, 'gen_ai.tool.call.arguments')} />
      <Payload title="Result" value={attribute(span.attributes, 'gen_ai.tool.call.result')} />
    </>
  );
}

function Payload({ title, value }: { title: string; value: Json | undefined }) {
  if (value === undefined) return null;
  return (
    <section>
      <h3>{title}</h3>
      <JsonView value={value} label={title.toLowerCase()} />
    </section>
  );
}

function attribute(attributes: Json, name: string): Json | undefined {
  if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) return undefined;
  return attributes[name];
}
