import { ok } from 'node:assert/strict';
import { eventually } from '../support/spawn-collector.ts';
import { expectEachOnce } from './compare.ts';
import { plainSpans, spansOf } from './known-telemetry.ts';
import type { Span } from './otlp-json.ts';
import { type Sextant, withSextant } from './sextant.ts';

const options = {
  SEXTANT_JOURNAL_BYTES_MAX: '200000',
  SEXTANT_JOURNAL_KEEP_BYTES: '0',
  SEXTANT_SEGMENT_BYTES: '20000',
};

/**
 * Lets somebody send while the journal has reached its limit, makes room once they were refused, and checks that
 * everything that was ever sent is stored once.
 * @param send resolves with the spans it sent when the sender is through with them; `resumed` resolves when there
 *   is room
 */
export async function whileJournalIsFull(
  send: (sextant: Sextant, resumed: Promise<void>) => Promise<readonly Span[]>,
): Promise<void> {
  await withSextant(options, async (sextant) => {
    await sextant.freezeStore();
    const stored = await fillJournal(sextant);
    const refused = await refusedNow(sextant);
    const { promise: resumed, resolve: resume } = Promise.withResolvers<void>();
    const sending = send(sextant, resumed);
    try {
      await Promise.race([sending, untilRefused(sextant, refused)]);
    } finally {
      sextant.resumeStore();
      resume();
    }
    const sent = await sending;
    ok((await refusedNow(sextant)) > refused, 'Nothing was refused while the journal was full.');
    await sextant.untilStored();
    await expectEachOnce(sextant, [...stored, ...sent]);
  });
}

/** Sends until the answer is 503. @returns what was acknowledged */
async function fillJournal(sextant: Sextant): Promise<Span[]> {
  const acknowledged: Span[] = [];
  for (let requests = 0; requests < 1_000; requests += 1) {
    // Less than anybody else sends at once, so that nothing else fits once this does not.
    const traces = plainSpans(1);
    const response = await fetch(`${sextant.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(traces),
    });
    if (response.status === 503) return acknowledged;
    if (!response.ok) throw new Error(`It answered ${response.status} instead of 503.`);
    acknowledged.push(...spansOf(traces));
  }
  throw new Error('The journal never reached its limit.');
}

async function untilRefused(sextant: Sextant, before: number): Promise<void> {
  await eventually(async () => (await refusedNow(sextant)) > before);
}

async function refusedNow(sextant: Sextant): Promise<number> {
  return (await sextant.stats()).refused['storage_unavailable'] ?? 0;
}
