import { attributes } from './attributes.ts';
import type { SpanFormat } from './format.ts';
import { integer_ids } from './integer-ids.ts';
import { langfuse_export } from './langfuse-export.ts';
import { otlp_json } from './otlp-json.ts';
import { sdk_console } from './sdk-console.ts';
import { sdk_javascript } from './sdk-javascript.ts';

/** Every form of file replay understands. */
export const span_formats: readonly SpanFormat[] = [
  otlp_json,
  sdk_console,
  sdk_javascript,
  integer_ids,
  langfuse_export,
  attributes,
];
