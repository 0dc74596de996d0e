import { openai } from './openai.ts';
import type { Provider } from './provider.ts';

/** Asked in this order; the first that matches traces the client. */
export const providers: readonly Provider[] = [openai];
