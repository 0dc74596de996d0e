import { expect, test } from 'vitest';
import { createInhibitions } from '../../../../collector/src/alerts/notify/inhibit.ts';
import { parseMatcher } from '../../../../collector/src/alerts/notify/matcher.ts';

const find = createInhibitions([
  { source: [parseMatcher('severity=critical')], target: [parseMatcher('severity=~.*')], equal: ['service'] },
]);
const alert = (alert_id: string, severity: string, service?: string) => ({
  alert_id,
  labels: { severity, ...(service === undefined ? {} : { service }) },
});

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
  expect(find(target, firing)).toBe(expected);
});
