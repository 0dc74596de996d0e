import type { Stats } from '../api/client.ts';
import { formatDuration } from '../format/number.ts';

export interface Condition {
  tone: 'good' | 'warn' | 'danger' | 'neutral';
  word: string;
  sentence: string;
}

/** From here on, what the page shows is noticeably behind what was accepted. */
const lag_ms_max = 30_000;

export function conditionOf(stats: Stats | undefined, error: Error | null): Condition {
  if (error !== null) return { tone: 'danger', word: 'Unreachable', sentence: error.message };
  if (stats === undefined) return { tone: 'neutral', word: 'Connecting', sentence: 'Asking the collector…' };
  if (!stats.store.ready) {
    const sentence = 'The store is not ready. Spans are accepted and kept, and stored when it is back.';
    return { tone: 'danger', word: 'Store down', sentence };
  }
  const lag_ms = stats.journal.lag_ms ?? 0;
  if (lag_ms > lag_ms_max) {
    return { tone: 'warn', word: 'Behind', sentence: `The store is ${formatDuration(lag_ms)} behind.` };
  }
  return { tone: 'good', word: 'Healthy', sentence: 'Everything accepted is stored or about to be.' };
}
