import type { Dialect } from '../dialect.ts';
import { openinference } from './openinference.ts';
import { otel_genai } from './otel-genai.ts';

/** Every dialect, in the order they are asked; the conventions' own comes last. */
export const dialects: readonly Dialect[] = [openinference, otel_genai];
