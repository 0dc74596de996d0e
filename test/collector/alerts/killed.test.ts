import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../support/folder.ts';
import { startReceiver } from '../../support/webhook-receiver.ts';
import { openScenario, type ScenarioSettings, type Step } from './scenario.ts';

const errors = { name: 'errors', kind: 'threshold', measure: 'error_rate', threshold: 0.1, window: '5m' };
const at = (minute: number, store: Step['store'], act?: Step['act']): Step => ({
  ...{ minute, store },
  ...(act !== undefined && { act }),
});

interface Story {
  readonly rules?: readonly object[];
  readonly routes?: readonly object[];
  readonly inhibit?: readonly object[];
  readonly before: readonly Step[];
  /** What is to be seen after the restart, before anything else happens. */
  readonly phases: readonly string[];
  readonly after: readonly Step[];
}

/** Runs a story whose process is killed in the middle; gives back what the receiver was told, in its order. */
async function told({ rules = [errors], routes, inhibit, before, phases, after }: Story) {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  const channels = [{ name: 'webhook', kind: 'webhook', settings: { url: receiver.url } }];
  const file = { channels, rules, ...(routes && { routes }), ...(inhibit && { inhibit }) };
  const settings = { path: join(temporaryFolder(), 'control.sqlite'), url: receiver.url, file };
  await runAndKill(settings, before);
  const told_before = receiver.requests.length;

  const scenario = openScenario(settings);
  onTestFinished(scenario.close);
  expect(scenario.phases().sort()).toEqual(phases);
  await scenario.run(after);
  const lines = receiver.requests.map(({ body }) => {
    const { type, data } = JSON.parse(body) as { type: string; data: { rule: string } };
    return `${type.slice(6)} ${data.rule}`;
  });
  return [lines.slice(0, told_before), lines.slice(told_before)];
}

async function runAndKill(settings: ScenarioSettings, steps: readonly Step[]): Promise<void> {
  const script = fileURLToPath(new URL('dying-scenario.ts', import.meta.url));
  const given = [settings, steps].map((value) => JSON.stringify(value));
  const child = spawn(process.execPath, [...process.execArgv, script, ...given], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(() => 'exit');
  expect(await Promise.race([once(child, 'message').then(([message]) => message), ended])).toBe('done');
  child.kill('SIGKILL');
  await ended;
}

describe('killed while a rule', () => {
  test('has no data: it still has none, tells nobody, and fires once when it has reason to', async () => {
    const story = {
      ...{ before: [at(0, 'silent')], phases: ['errors no_data'] },
      after: [at(1, 'silent'), at(2, 'bad'), at(3, 'bad')],
    };
    expect(await told(story)).toEqual([[], ['firing errors']]);
  });

  test('is in error: who was told of it is not told again, and hears once that it is over', async () => {
    const story = {
      ...{ before: [0, 2, 4, 6].map((minute) => at(minute, 'broken')) },
      phases: ['errors error', 'sextant.rule_error firing'],
      after: [at(7, 'broken'), at(20, 'broken'), at(21, 'good'), at(22, 'good')],
    };
    expect(await told(story)).toEqual([['firing sextant.rule_error'], ['resolved sextant.rule_error']]);
  });

  test('is in error for less than five minutes: the five minutes go on', async () => {
    const story = {
      ...{ before: [at(0, 'broken'), at(3, 'broken')] },
      phases: ['errors error', 'sextant.rule_error pending'],
      after: [at(4, 'broken'), at(5, 'broken'), at(6, 'broken')],
    };
    expect(await told(story)).toEqual([[], ['firing sextant.rule_error']]);
  });

  test('fires, and then has no data or is in error: it goes on and is not told again', async () => {
    const story = {
      ...{ before: [at(0, 'bad'), at(1, 'silent'), at(2, 'broken')] },
      phases: ['errors firing', 'sextant.rule_error pending'],
      after: [at(3, 'silent'), at(4, 'broken'), at(5, 'bad'), at(6, 'good'), at(7, 'silent')],
    };
    expect(await told(story)).toEqual([['firing errors'], ['resolved errors']]);
  });

  test('was pending and is in error: how long it was so counts on', async () => {
    const story = {
      rules: [{ ...errors, for: '5m' }],
      ...{ before: [at(0, 'bad'), at(2, 'broken')] },
      phases: ['errors error', 'sextant.rule_error pending'],
      after: [at(4, 'bad'), at(5, 'bad'), at(6, 'bad')],
    };
    expect(await told(story)).toEqual([[], ['firing errors']]);
  });
});

describe('killed after', () => {
  const repeating = [{ channels: ['webhook'], repeat_interval: '1h' }];

  test('an alert was told: it is repeated when it is time to, not at the start', async () => {
    const story = {
      ...{ routes: repeating, before: [at(0, 'bad')], phases: ['errors firing'] },
      after: [at(1, 'bad'), at(59, 'bad'), at(60, 'bad'), at(61, 'bad'), at(120, 'bad')],
    };
    expect(await told(story)).toEqual([['firing errors'], ['firing errors', 'firing errors']]);
  });

  test('an alert was acknowledged: it is not repeated', async () => {
    const story = {
      ...{ routes: repeating, before: [at(0, 'bad', 'acknowledge')], phases: ['errors firing'] },
      after: [at(60, 'bad'), at(120, 'bad'), at(121, 'good')],
    };
    expect(await told(story)).toEqual([['firing errors'], ['resolved errors']]);
  });

  test('a silence was made: it holds to its end, and what fires then is told', async () => {
    const story = {
      ...{ before: [at(0, 'good', 'silence')], phases: [] },
      after: [at(1, 'bad'), at(59, 'bad'), at(60, 'bad'), at(61, 'bad')],
    };
    expect(await told(story)).toEqual([[], ['firing errors']]);
  });

  test('the first alert of a group: the group waits as long as it would have, and is told once', async () => {
    const story = {
      rules: [errors, { ...errors, name: 'also errors' }],
      routes: [{ channels: ['webhook'], group_by: ['severity'], group_wait: '10m' }],
      ...{ before: [at(0, 'bad')], phases: ['also errors firing', 'errors firing'] },
      after: [at(1, 'bad'), at(9, 'bad'), at(10, 'bad'), at(11, 'bad')],
    };
    const [before, after] = await told(story);
    expect([before, after?.length]).toEqual([[], 1]);
  });

  test('an alert that inhibits another fired: it still does', async () => {
    const story = {
      rules: [errors, { ...errors, name: 'source', threshold: 0.5 }],
      inhibit: [{ source: ['alertname=source'], target: ['alertname=errors'], equal: ['tenant'] }],
      routes: [{ match: ['alertname=errors'], channels: ['webhook'], group_wait: '5m' }],
      ...{ before: [at(0, 'bad')], phases: ['errors firing', 'source firing'] },
      after: [at(5, 'bad'), at(10, 'bad')],
    };
    expect(await told(story)).toEqual([[], []]);
  });

  test('a rule was made by the API: it is asked', async () => {
    const story = {
      ...{ rules: [], before: [at(0, 'good', 'put rule')], phases: [] },
      after: [at(1, 'bad'), at(2, 'bad'), at(3, 'good')],
    } satisfies Story;
    expect(await told(story)).toEqual([[], ['firing mine', 'resolved mine']]);
  });
});
