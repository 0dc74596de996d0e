import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlertRecord } from '../../../../collector/src/alerts/alert.ts';
import { createControl } from '../../../../collector/src/alerts/control.ts';
import {
  createDispatch,
  type DispatchSettings,
  type Telling,
} from '../../../../collector/src/alerts/notify/dispatch.ts';
import { parseMatcher } from '../../../../collector/src/alerts/notify/matcher.ts';
import { defaultRoute, type Route } from '../../../../collector/src/alerts/notify/route.ts';
import { createSilences } from '../../../../collector/src/alerts/notify/silences.ts';
import { notificationOf } from '../../../../collector/src/alerts/notify/telling.ts';
import { alertOf } from './alert-of.ts';

const parts = { page_url: 'http://page', chartPath: () => '/chart.png' };
const MINUTE_MS = 60_000;
const plain: Route = {
  ...{ name: 'plain', matchers: [], channels: ['one'], group_by: null },
  ...{ group_wait_ms: 0, group_interval_ms: 0, repeat_interval_ms: 0 },
};
const grouping: Route = {
  ...plain,
  ...{ group_by: ['alertname'], group_wait_ms: 30_000, group_interval_ms: 5 * MINUTE_MS },
  repeat_interval_ms: 60 * MINUTE_MS,
};

/** Everything on one database, which a restart opens again. */
function setUp(settings: Partial<DispatchSettings> = {}) {
  const database = new DatabaseSync(':memory:');
  const told: { at_ms: number; telling: Telling }[] = [];
  const open = () => {
    const control = createControl(database, { states_max: 1000, alerts_max: 1000 });
    const silences = createSilences(database);
    const dispatch = createDispatch({
      ...{ database, control, silences },
      settings: { routes: [plain], inhibitions: [], maintenances: [], ...settings },
      tell: (telling, at_ms) => void told.push({ at_ms, telling }),
    });
    return { control, silences, dispatch };
  };
  let parts = open();
  const change = (alert: AlertRecord, at_ms: number) => {
    if (alert.state === 'resolved') parts.dispatch.ends(alert.alert_id, at_ms);
    parts.control.saveAlert('default', alert);
    parts.dispatch.changed('default', alert, at_ms);
    parts.dispatch.run(at_ms);
  };
  return {
    told,
    fire: (id: string, at_ms: number, more: Partial<AlertRecord> = {}) => change(alertOf(id, more), at_ms),
    resolve: (id: string, at_ms: number, more: Partial<AlertRecord> = {}) =>
      change(alertOf(id, { state: 'resolved', resolved: '2026-11-21T13:00:00.000Z', ...more }), at_ms),
    acknowledge(id: string, at_ms: number) {
      const alert = alertOf(id, { acknowledged: { by: 'ada', time: '' } });
      parts.control.saveAlert('default', alert);
      parts.dispatch.acknowledged(alert, at_ms);
    },
    run: (at_ms: number) => parts.dispatch.run(at_ms),
    next: () => parts.dispatch.nextDue(),
    silences: () => parts.silences,
    restart() {
      parts = open();
    },
    lines: () =>
      told.map(
        ({ at_ms, telling: { state, alerts, is_repeat, is_acknowledgement } }) =>
          `${at_ms / 1000} ${is_acknowledgement ? 'acknowledged' : state} ` +
          `${alerts.map(({ alert_id }) => alert_id).join('+')}${is_repeat ? ' again' : ''}`,
      ),
  };
}

const silence = (value: string, from_ms: number, to_ms: number) => ({
  matchers: [{ name: 'model', value, isRegex: false, isEqual: true }],
  startsAt: new Date(from_ms).toISOString(),
  endsAt: new Date(to_ms).toISOString(),
  ...{ createdBy: 'ada', comment: '' },
});

describe('without groups', () => {
  test('each alert is told at once, and once', () => {
    const under = setUp();
    under.fire('a', 1000);
    under.fire('b', 2000);
    under.run(3000);
    under.restart();
    under.run(1e9);
    under.resolve('a', 1e9);
    expect(under.lines()).toEqual(['1 firing a', '2 firing b', '1000000 resolved a']);
  });

  test('what still fires is told again after repeat_interval, also after a restart, until it is acknowledged', () => {
    const under = setUp({ routes: [{ ...plain, repeat_interval_ms: 60_000 }] });
    under.fire('a', 0);
    under.run(59_000);
    under.restart();
    under.run(60_000);
    under.run(61_000);
    under.run(120_000);
    under.acknowledge('a', 130_000);
    under.run(180_000);
    under.run(1_800_000);
    under.resolve('a', 2_000_000);
    expect(under.lines()).toEqual([
      '0 firing a',
      '60 firing a again',
      '120 firing a again',
      '130 acknowledged a',
      '2000 resolved a',
    ]);
  });

  test('ids differ between the first notification and each repeat, and no two are the same', () => {
    const under = setUp({ routes: [{ ...plain, repeat_interval_ms: 60_000 }] });
    under.fire('a', 0);
    for (let minute = 1; minute < 5; minute++) under.run(minute * 60_000);
    under.resolve('a', 600_000);
    const ids = under.told.map(({ telling, at_ms }) => notificationOf(telling, parts, at_ms).id);
    expect(ids[0]).toBe('a_firing');
    expect(ids.at(-1)).toBe('a_resolved');
    expect(new Set(ids).size).toBe(6);
  });

  test('an alert that no route wants is told to nobody', () => {
    const under = setUp({ routes: [{ ...plain, matchers: [parseMatcher('severity=critical')] }] });
    under.fire('a', 0);
    under.fire('b', 0, { severity: 'critical' });
    expect(under.lines()).toEqual(['0 firing b']);
  });
});

describe('groups', () => {
  test('wait for others, then tell changes after group_interval', () => {
    const under = setUp({ routes: [grouping] });
    under.fire('a', 0);
    under.fire('b', 10_000);
    expect(under.lines()).toEqual([]);
    under.run(30_000);
    under.fire('c', 40_000);
    under.resolve('a', 50_000);
    under.run(329_000);
    under.run(330_000);
    under.resolve('b', 340_000);
    under.resolve('c', 350_000);
    under.run(630_000);
    expect(under.lines()).toEqual(['30 firing a+b', '330 firing b+c+a', '630 resolved b+c']);
    expect(under.next()).toBe(null);
  });

  test('keep one identity until all of it is over, and have another afterwards', () => {
    const under = setUp({ routes: [grouping] });
    under.fire('a', 0);
    under.run(30_000);
    under.resolve('a', 40_000);
    under.run(330_000);
    under.fire('b', 1_000_000);
    under.run(1_030_000);
    const notes = under.told.map(({ telling, at_ms }) => notificationOf(telling, parts, at_ms));
    expect(notes[0]?.alert.alert_id).toBe(notes[1]?.alert.alert_id);
    expect(notes[2]?.alert.alert_id).not.toBe(notes[0]?.alert.alert_id);
    expect(new Set(notes.map(({ id }) => id)).size).toBe(3);
  });

  test('an alert that ends while its group waits is told all the same, first that it fires', () => {
    const under = setUp({ routes: [grouping] });
    under.fire('a', 0);
    under.fire('b', 5000);
    under.resolve('a', 10_000);
    under.resolve('b', 20_000);
    under.run(310_000);
    expect(under.lines()).toEqual(['10 firing a+b', '310 resolved a+b']);
    expect(under.next()).toBe(null);
  });

  test('a change long after the last notification waits for others as the first did', () => {
    const under = setUp({ routes: [grouping] });
    for (const id of ['a', 'b', 'c']) under.fire(id, 0);
    under.run(30_000);
    under.resolve('a', 1_000_000);
    under.run(1_000_000);
    under.resolve('b', 1_010_000);
    under.run(1_030_000);
    expect(under.lines()).toEqual(['30 firing a+b+c', '1030 firing c+a+b']);
  });

  test('without routes are one of each rule and feature, and slices that drift one notification', () => {
    const under = setUp({ routes: [defaultRoute(['one'])] });
    const slice = (slice_value: string, feature = 'f') => ({ rule: 'drift', feature, slice_value });
    under.fire('a', 0, slice('v1'));
    under.fire('b', 1000, slice('v2'));
    under.fire('c', 2000, slice('v2', 'other'));
    under.run(5000);
    under.run(7000);
    expect(under.lines()).toEqual(['5 firing a+b', '7 firing c']);
    const [both, alone] = under.told.map(({ telling, at_ms }) => notificationOf(telling, parts, at_ms));
    expect(both?.alert).toMatchObject({ alert_id: 'a', slice: { model: 'v1, v2' }, feature: 'f' });
    expect(both?.group?.alerts.map(({ slice: one }) => one)).toEqual([{ model: 'v1' }, { model: 'v2' }]);
    expect(alone?.alert).toMatchObject({ alert_id: 'c', slice: { model: 'v2' } });
  });

  test('are acknowledged when each of their alerts is, and not any more when another fires', () => {
    const under = setUp({ routes: [grouping] });
    for (const id of ['a', 'b']) under.fire(id, 0);
    under.acknowledge('a', 10_000);
    under.run(30_000);
    under.acknowledge('a', 40_000);
    expect(under.lines()).toEqual(['30 firing a+b']);
    under.acknowledge('b', 50_000);
    under.fire('c', 60_000);
    under.run(330_000);
    under.acknowledge('c', 340_000);
    expect(under.lines()).toEqual([
      ...['30 firing a+b', '50 acknowledged a+b', '330 firing a+b+c', '340 acknowledged a+b+c'],
    ]);
    const notes = under.told.map(({ telling, at_ms }) => notificationOf(telling, parts, at_ms));
    expect(notes.map(({ type, alert }) => [type, alert.acknowledged_by])).toEqual([
      ['alert.firing', null],
      ['alert.acknowledged', 'ada'],
      ['alert.firing', null],
      ['alert.acknowledged', 'ada'],
    ]);
    expect(new Set(notes.map(({ id }) => id)).size).toBe(4);
  });

  test('are told to nobody where somebody has taken each of their alerts before', () => {
    const under = setUp({ routes: [grouping] });
    under.fire('a', 0);
    under.acknowledge('a', 10_000);
    under.run(30_000);
    under.run(3_600_000);
    expect(under.lines()).toEqual([]);
    under.fire('b', 3_700_000);
    under.run(3_730_000);
    under.resolve('a', 3_740_000);
    under.resolve('b', 3_740_000);
    under.run(4_100_000);
    expect(under.lines()).toEqual(['3730 firing a+b', '4100 resolved a+b']);
    expect(under.next()).toBe(null);
  });

  test('say how many there are, and bring each of them', () => {
    const under = setUp({ routes: [grouping] });
    for (let number = 0; number < 110; number++)
      under.fire(`model ${number}`, 0, number === 7 ? { severity: 'critical' } : {});
    under.run(30_000);
    const [{ telling, at_ms }] = under.told as [(typeof under.told)[number]];
    const note = notificationOf(telling, parts, at_ms);
    expect(note.alert.summary).toMatch(
      /^110 alerts are firing \(alertname errors\)\. Errors of model .* And 107 more\.$/,
    );
    expect(note.alert.severity).toBe('critical');
    expect(note.group?.alerts).toHaveLength(100);
    expect(note.group).toMatchObject({ labels: { alertname: 'errors' }, truncated: 10 });
  });
});

describe('muted', () => {
  test('a silenced alert is told when the silence ends, if it still fires', () => {
    const under = setUp();
    under.silences().create('default', silence('a', 0, 100_000), 0);
    under.silences().create('default', silence('b', 0, 100_000), 0);
    under.fire('a', 1000);
    under.fire('b', 1000);
    under.fire('c', 1000);
    under.resolve('b', 50_000);
    for (let at_ms = 2000; at_ms <= 200_000; at_ms += 1000) under.run(at_ms);
    expect(under.lines()).toEqual(['1 firing c', '110 firing a']);
  });

  test('whoever was told that it fires is told that it is over, also under a silence', () => {
    const under = setUp();
    under.fire('a', 0);
    under.silences().create('default', silence('a', 1000, 1e9), 1000);
    under.resolve('a', 2000);
    expect(under.lines()).toEqual(['0 firing a', '2 resolved a']);
  });

  test('a silence of another tenant, one that has not begun and one that was ended mute nothing', () => {
    const under = setUp();
    under.silences().create('other', silence('a', 0, 1e9), 0);
    under.silences().create('default', silence('a', 1e8, 1e9), 0);
    const { id } = under.silences().create('default', silence('a', 0, 1e9), 0);
    expect(() => under.silences().expire('other', id, 10)).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    );
    under.silences().expire('default', id, 500);
    under.fire('a', 1000);
    expect(under.lines()).toEqual(['1 firing a']);
  });

  test('a source that fires inhibits its targets, and lets them go when it is over', () => {
    const inhibitions = [
      {
        source: [parseMatcher('model=source')],
        target: [parseMatcher('model=target')],
        equal: ['alertname'],
      },
    ];
    const under = setUp({ inhibitions });
    under.fire('source', 0);
    under.fire('target', 1000);
    under.resolve('source', 20_000);
    under.run(31_000);
    expect(under.lines()).toEqual(['0 firing source', '20 resolved source', '31 firing target']);
  });
});

test('a restart at any point, in any sequence, tells nobody twice and forgets nobody', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd');
  const step = fc.record({ id, wait_ms: fc.integer({ min: 0, max: 400_000 }), restart: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), fc.boolean(), (steps, is_grouped) => {
      const route = { ...(is_grouped ? grouping : plain), repeat_interval_ms: 0 };
      const [one, other] = [setUp({ routes: [route] }), setUp({ routes: [route] })];
      const firing = new Map<string, number>();
      let at_ms = 0;
      for (const [number, { id: model, wait_ms, restart }] of steps.entries()) {
        at_ms += wait_ms;
        const before = firing.get(model);
        for (const under of [one, other]) {
          under.run(at_ms);
          const name = `${model}${before ?? number}`;
          if (before === undefined) under.fire(name, at_ms);
          else under.resolve(name, at_ms);
          if (under === other && restart) under.restart();
        }
        if (before === undefined) firing.set(model, number);
        else firing.delete(model);
      }
      for (const under of [one, other])
        for (let end = 0; end < 4; end++) under.run(at_ms + (end + 1) * 400_000);
      expect(other.lines()).toEqual(one.lines());
      const fired = one.told.flatMap(({ telling }) =>
        telling.alerts.map((alert) => `${alert.alert_id} ${alert.state}`),
      );
      if (!is_grouped) expect(new Set(fired).size).toBe(fired.length);
      for (const [model, number] of firing) expect(fired).toContain(`${model}${number} firing`);
    }),
    { seed: 3, numRuns: 150 },
  );
});
