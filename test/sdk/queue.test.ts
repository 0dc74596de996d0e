import { TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Sender, type SendResult, SpanQueue } from '../../sdk/src/queue.ts';
import { runtime } from '../../sdk/src/runtime.ts';

const OPTIONS = { queueBytesMax: 64 * 1024 * 1024, batchSpansMax: 512, delayMs: 5 };
const NONE = { queue_full: 0, rejected: 0, unencodable: 0, undeliverable: 0, shutdown: 0 };

const queues: SpanQueue[] = [];
afterEach(async () => {
  await Promise.all(queues.splice(0).map((queue) => queue.shutdown(50)));
  runtime().reported.clear();
});

/** A queue whose receiver answers in turn what the list says, and "ok" from then on. */
function setUp(options: Partial<typeof OPTIONS> = {}, answers: (SendResult | 'throw' | 'hang')[] = []) {
  const received: string[] = [];
  const batches: number[] = [];
  const sender: Sender = {
    async send(spans) {
      const answer = answers.shift() ?? { result: 'ok' };
      batches.push(spans.length);
      if (answer === 'hang') return new Promise(() => {});
      if (answer === 'throw') throw new Error('broken');
      if (answer.result === 'ok') received.push(...spans.map(({ name }) => name));
      return answer;
    },
    close: vi.fn(),
  };
  const queue = new SpanQueue(sender, { ...OPTIONS, ...options });
  queues.push(queue);
  const tracer = new TracerProvider({ spanProcessors: [queue] }).getTracer('test');
  const burst = (count: number, content = '') => {
    for (let n = 0; n < count; n += 1) tracer.startSpan(String(n), { attributes: { content } }).end();
  };
  return { queue, burst, received, batches, sender };
}

describe('SpanQueue', () => {
  it('delivers a synchronous burst completely, once and in order', async () => {
    const { queue, burst, received } = setUp();
    burst(10_000, 'x'.repeat(4096));
    expect(received).toHaveLength(0);
    await queue.flush(10_000);
    expect(received).toEqual(Array.from({ length: 10_000 }, (_, n) => String(n)));
    expect(queue.stats()).toEqual({ delivered: 10_000, queued: 0, queuedBytes: 0, dropped: NONE });
  });

  it('sends by itself: full batches at once, the rest after the delay', async () => {
    const { burst, received, batches } = setUp({ batchSpansMax: 4 });
    burst(10);
    await vi.waitFor(() => expect(received).toHaveLength(10));
    expect(Math.max(...batches)).toBe(4);
  });

  it('keeps within its bytes, counts what does not fit and says so once', async () => {
    const warned: string[] = [];
    const listen = (warning: Error & { code?: string }) => warned.push(warning.code ?? '');
    process.on('warning', listen);
    const { queue, burst, received } = setUp({ queueBytesMax: 100_000 });
    burst(100, 'x'.repeat(4000));
    const { queued, queuedBytes, dropped } = queue.stats();
    expect(queuedBytes).toBeLessThanOrEqual(100_000);
    expect(queued + dropped.queue_full).toBe(100);
    await queue.flush(1000);
    expect(received).toHaveLength(queued);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(warned).toEqual(['SEXTANT_DROPPED_QUEUE_FULL']);
    process.off('warning', listen);
  });

  it('waits out a receiver that is not there', async () => {
    const answers = Array.from({ length: 100 }, () => ({ result: 'retry', detail: 'refused' }) as const);
    const { queue, burst, received } = setUp({}, answers);
    burst(5);
    await queue.flush(1000);
    expect(received).toHaveLength(0);
    expect(queue.stats().queued).toBe(5);
    answers.length = 0;
    await queue.flush(1000);
    expect(received).toHaveLength(5);
    expect(queue.stats().dropped).toEqual(NONE);
  });

  it.each([
    ['rejected', { result: 'failed', reason: 'rejected', detail: '400' }] as const,
    ['unencodable', 'throw'] as const,
  ])('counts spans no attempt will deliver: %s', async (reason, answer) => {
    const { queue, burst, received } = setUp({ batchSpansMax: 2 }, [answer]);
    burst(4);
    await queue.flush(1000);
    expect(received).toEqual(['2', '3']);
    expect(queue.stats()).toMatchObject({ delivered: 2, dropped: { ...NONE, [reason]: 2 } });
  });

  it('counts the spans of a partial success', async () => {
    const { queue, burst } = setUp({}, [{ result: 'ok', rejected: 3 }]);
    burst(10);
    await queue.flush(1000);
    expect(queue.stats()).toMatchObject({ delivered: 7, dropped: { ...NONE, rejected: 3 } });
  });

  it('ends a flush and a shutdown in time although the receiver hangs', async () => {
    const { queue, burst, sender } = setUp({ batchSpansMax: 2 }, ['hang']);
    burst(5);
    await queue.flush(20);
    expect(queue.stats().queued).toBe(5);
    await queue.shutdown(20);
    expect(queue.stats()).toEqual({
      delivered: 0,
      queued: 0,
      queuedBytes: 0,
      dropped: { ...NONE, shutdown: 5 },
    });
    expect(sender.close).toHaveBeenCalledOnce();
    burst(1);
    expect(queue.stats().dropped.shutdown).toBe(6);
    await queue.shutdown(20);
  });

  it('shares one attempt between calls at the same time', async () => {
    const { queue, burst, batches } = setUp();
    burst(5);
    await Promise.all([queue.flush(1000), queue.flush(1000), queue.forceFlush()]);
    expect(batches).toEqual([5]);
  });
});
