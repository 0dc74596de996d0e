import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createErasures, type ErasureParts } from '../../../collector/src/lifecycle/erasures.ts';
import type { EraseSelector } from '../../../collector/src/stores/store.ts';
import { eventually } from '../../support/collector.ts';
import { recordingLog } from '../../support/log.ts';

const selector: EraseSelector = { tenant: 'default', user_id: 'ada' };
const position = { segment: 7, offset: 70 };

function start(control: DatabaseSync, given: Partial<ErasureParts> = {}) {
  const steps: string[] = [];
  const log = recordingLog();
  const step =
    (name: string) =>
    async (...about: readonly unknown[]) =>
      void steps.push(`${name} ${JSON.stringify(about[0] ?? '')}`);
  const parts: ErasureParts = {
    control,
    store: {
      async erase(chosen) {
        steps.push(`erase ${Object.values(chosen).at(-1)}`);
        return { spans: 3 };
      },
      query: async () => [],
    },
    journal: {
      async rotate() {
        steps.push('rotate');
        return position;
      },
      forget: step('forget'),
    },
    untilStored: step('stored'),
    async whileWatchRests(work) {
      steps.push('rest');
      const result = await work();
      steps.push('go on');
      return result;
    },
    log,
    ...given,
  };
  const erasures = createErasures(parts);
  onTestFinished(() => erasures.stop());
  return { erasures, steps, log };
}

const isDone = (erasures: ReturnType<typeof createErasures>, erasure_id: string) => () =>
  Promise.resolve(erasures.get('default', erasure_id)?.state === 'done');

describe('erasures', () => {
  it('take the journal up to now, and forget it when the store has nothing any more', async () => {
    const { erasures, steps } = start(new DatabaseSync(':memory:'));
    const { erasure_id, state } = erasures.request(selector);
    expect(state).toBe('running');
    await eventually(isDone(erasures, erasure_id));
    const at = JSON.stringify(position);
    expect(steps).toEqual(['rotate', `stored ${at}`, 'rest', 'erase ada', 'go on', `forget ${at}`]);
    expect(erasures.get('default', erasure_id)).toEqual({ erasure_id, state: 'done', removed: { spans: 3 } });
    expect(erasures.get('other', erasure_id)).toBeNull();
  });

  it('are finished by the next process, in their order, and then not again', async () => {
    const control = new DatabaseSync(':memory:');
    const never = () => new Promise<never>(() => undefined);
    const first = start(control, { untilStored: never });
    const { erasure_id } = first.erasures.request(selector);
    first.erasures.request({ tenant: 'default', user_id: 'bob' });
    expect(first.erasures.get('default', erasure_id)?.state).toBe('running');
    first.erasures.stop();
    const second = start(control);
    second.erasures.start();
    await eventually(async () => second.log.lines.length === 2);
    expect(second.steps.filter((step) => step.startsWith('erase'))).toEqual(['erase ada', 'erase bob']);
    const third = start(control);
    third.erasures.start();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(third.steps).toEqual([]);
  });

  it('are tried again until they succeed', async () => {
    let failures = 2;
    const store: ErasureParts['store'] = {
      async erase() {
        failures -= 1;
        if (failures >= 0) throw new Error('The disk is full.');
        return {};
      },
      query: async () => [],
    };
    const { erasures, log } = start(new DatabaseSync(':memory:'), {
      store,
      pauses: { pause_ms_min: 1, pause_ms_max: 2 },
    });
    const { erasure_id } = erasures.request(selector);
    await eventually(isDone(erasures, erasure_id));
    expect(erasures.get('default', erasure_id)).toMatchObject({ state: 'done', removed: {} });
    expect(log.lines.filter((line) => line.startsWith('error'))).toHaveLength(2);
  });

  it('leave no name of whom they were about', async () => {
    const control = new DatabaseSync(':memory:');
    const { erasures } = start(control);
    const { erasure_id } = erasures.request(selector);
    await eventually(isDone(erasures, erasure_id));
    expect(JSON.stringify(control.prepare('SELECT * FROM erasures').all())).not.toContain('ada');
  });

  it('are refused when very many wait', () => {
    const never = () => new Promise<never>(() => undefined);
    const { erasures } = start(new DatabaseSync(':memory:'), { untilStored: never });
    for (let number = 0; number < 100; number++)
      erasures.request({ tenant: 'default', user_id: `${number}` });
    expect(() => erasures.request(selector)).toThrow(expect.objectContaining({ code: 'rate_limited' }));
  });
});
