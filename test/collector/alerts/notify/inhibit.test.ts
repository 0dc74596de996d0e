import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AlertRecord, labelsOf } from '../../../../collector/src/alerts/alert.ts';
import { type Inhibition, openInhibitions } from '../../../../collector/src/alerts/notify/inhibit.ts';
import { createMatch, parseMatcher } from '../../../../collector/src/alerts/notify/matcher.ts';
import { alertOf } from './alert-of.ts';

const by_service: Inhibition = {
  ...{ source: [parseMatcher('severity=critical')], target: [parseMatcher('severity=~.*')] },
  equal: ['service'],
};

function alert(alert_id: string, severity: string, service?: string): AlertRecord {
  const labels = service === undefined ? {} : { service };
  return alertOf(alert_id, { severity: severity as AlertRecord['severity'], labels });
}

function opened(list: readonly Inhibition[], firing: readonly AlertRecord[]) {
  const inhibitions = openInhibitions(new DatabaseSync(':memory:'));
  inhibitions.configure(list, []);
  for (const one of firing) inhibitions.note('default', one);
  return inhibitions;
}

test.each([
  ['of the same service', alert('a', 'warning', 'shop'), [alert('b', 'critical', 'shop')], 'b'],
  ['of another service', alert('a', 'warning', 'shop'), [alert('b', 'critical', 'desk')], null],
  ['where both lack the label', alert('a', 'warning'), [alert('b', 'critical')], 'b'],
  ['itself', alert('a', 'critical', 'shop'), [alert('a', 'critical', 'shop')], null],
  [
    'by one that matches both sides as well',
    alert('a', 'critical', 'x'),
    [alert('b', 'critical', 'x')],
    null,
  ],
  ['without a source', alert('a', 'warning', 'shop'), [alert('b', 'warning', 'shop')], null],
])('inhibits or not: %s', (_why, target, firing, expected) => {
  expect(opened([by_service], firing).sourceOf('default', target)).toBe(expected);
});

test('of another tenant inhibits nothing', () => {
  const inhibitions = opened([by_service], [alert('b', 'critical', 'shop')]);
  expect(inhibitions.sourceOf('acme', alert('a', 'warning', 'shop'))).toBeNull();
});

test('what is asked of the table is what a look at every alert would find, through changes and restarts', () => {
  const severity = fc.constantFrom('critical', 'warning', 'info');
  const name = fc.constantFrom('severity', 'service', 'alertname', 'model', 'nothing');
  const matcher = fc
    .tuple(name, fc.constantFrom('=', '!=', '=~'), fc.constantFrom('critical', 'shop', 'a', '.*', ''))
    .map((given) => parseMatcher(given.join('')));
  const inhibition = fc.record({
    source: fc.array(matcher, { minLength: 1, maxLength: 2 }),
    target: fc.array(matcher, { minLength: 1, maxLength: 2 }),
    equal: fc.uniqueArray(name, { maxLength: 2 }),
  });
  const change = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    severity,
    service: fc.constantFrom('shop', 'desk', undefined),
    state: fc.constantFrom('firing', 'resolved'),
    is_restart: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(inhibition, { maxLength: 3 }),
      fc.array(change, { maxLength: 12 }),
      (list, changes) => {
        const database = new DatabaseSync(':memory:');
        let inhibitions = openInhibitions(database);
        inhibitions.configure(list, []);
        const known = new Map<string, AlertRecord>();
        for (const given of changes) {
          const changed = { ...alert(given.id, given.severity, given.service), state: given.state };
          known.set(given.id, changed);
          inhibitions.note('default', changed);
          const firing = [...known.values()].filter(({ state }) => state === 'firing');
          if (given.is_restart) {
            inhibitions = openInhibitions(database);
            inhibitions.configure(
              list,
              firing.map((one) => ({ tenant: 'default', alert: one })),
            );
          }
          for (const one of known.values()) {
            const wanted = sourcesOf(one, list, firing);
            const found = inhibitions.sourceOf('default', one);
            expect(found === null ? wanted.length === 0 : wanted.includes(found)).toBe(true);
          }
        }
        database.close();
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

/** All that inhibit an alert by the first inhibition by which any does, found by looking at each. */
function sourcesOf(one: AlertRecord, list: readonly Inhibition[], firing: readonly AlertRecord[]): string[] {
  const labels = labelsOf('default', one);
  for (const { source, target, equal } of list) {
    const [isSource, isTarget] = [createMatch(source), createMatch(target)];
    if (!isTarget(labels)) continue;
    const found = firing.filter((other) => {
      const of_other = labelsOf('default', other);
      const is_equal = equal.every((name) => (of_other[name] ?? '') === (labels[name] ?? ''));
      const are_both = isSource(labels) && isTarget(of_other);
      return other.alert_id !== one.alert_id && isSource(of_other) && is_equal && !are_both;
    });
    if (found.length > 0) return found.map(({ alert_id }) => alert_id);
  }
  return [];
}
