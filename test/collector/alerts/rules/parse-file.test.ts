import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseRuleFile, problemText } from '../../../../collector/src/alerts/rules/parse-file.ts';

function problems(text: string): string[] {
  return parseRuleFile(text).problems.map((problem) => problemText('f', problem));
}

test('the example of docs/alerts.md is well, and every kind of rule is in it', () => {
  const page = readFileSync(new URL('../../../../docs/alerts.md', import.meta.url), 'utf8');
  const example = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
  expect(problems(example)).toEqual([]);
  const { file } = parseRuleFile(example);
  expect(file?.rules?.map(({ kind }) => kind).sort()).toEqual([
    ...['absence', 'budget', 'burn_rate', 'sql', 'threshold', 'threshold', 'verdict'],
  ]);
  expect(file).toMatchObject({
    channels: [{ name: 'pager', settings: { routing_key: 'env:PAGERDUTY_KEY' } }, {}, {}],
    routes: [
      { group_by: ['alertname'], group_wait_ms: 30_000, repeat_interval_ms: 14_400_000 },
      { group_by: null },
    ],
    maintenances: [{ from_minute: 1380, to_minute: 120 }],
    heartbeat: { every_ms: 300_000 },
  });
  expect(file?.rules?.[1]).toMatchObject({
    ...{ by: 'model', tenant: 'default', filters: { service: 'shop', model: null } },
    policy: { for_us: 300_000_000, keep_us: 600_000_000 },
  });
});

test('JSON is read as well, and an empty file says nothing', () => {
  expect(parseRuleFile('{"rules": [{"name": "a", "kind": "absence"}]}').file?.rules).toHaveLength(1);
  expect(parseRuleFile('')).toMatchObject({ file: { rules: null, routes: null, channels: [] } });
});

describe('what is wrong is named with its line and its path', () => {
  test.each([
    ['rules:\n  - name: a\n    kind: thershold\n', 'f:3: rules[0].kind must be one of: verdict, threshold,'],
    [
      'rules:\n  - name: a\n    kind: absence\n    windw: 5m\n',
      'f:4: rules[0].windw is not known; there are: name',
    ],
    ['rules:\n  - name: a\n    kind: absence\n    window: soon\n', 'f:4: rules[0].window must be like 30s'],
    [
      'rules:\n  - name: a\n    kind: absence\n    window: 90d\n',
      'f:4: rules[0].window must be from 1m to 31d',
    ],
    ['rules:\n  - kind: absence\n', 'f:2: rules[0].name is missing'],
    [
      'rules:\n  - name: a\n    kind: threshold\n    measure: error_rate\n',
      'f:2: rules[0].threshold is missing',
    ],
    ['rules:\n  - {name: a, kind: verdict, slice: "(x"}\n', 'f:2: rules[0].slice is wrong: The pattern'],
    [
      'rules:\n  - {name: a, kind: absence}\n  - {name: a, kind: absence}\n',
      'f:3: rules[1].name "a" stands twice',
    ],
    ['rules:\n  - {name: a, kind: absence, tenant: "../x"}\n', 'f:2: rules[0].tenant is no tenant'],
    ['channels:\n  - {name: a, kind: fax}\n', 'f:2: channels[0].kind must be one of: webhook,'],
    ['routes:\n  - {channels: [nowhere]}\n', 'f:2: routes[0].channels names "nowhere"'],
    ['routes:\n  - {match: ["what"]}\n', 'f:2: routes[0].match is wrong'],
    ['inhibit:\n  - {source: [a=b]}\n', 'f:2: inhibit[0].target needs a matcher'],
    ['maintenance:\n  - {name: a, from: "1:00", to: "25:00"}\n', 'f:2: maintenance[0].to must be a time'],
    [
      'maintenance:\n  - {name: a, from: "1:00", to: "2:00", time_zone: Moon}\n',
      'maintenance[0].time_zone is no time',
    ],
    ['heartbeat: {channels: [], every: 5m}\n', 'f:1: heartbeat.channels is missing'],
    ['rules: {}\n', 'f:1: rules must be a list'],
    ['rule: []\n', 'f:1: rule is not known'],
    ['rules:\n  - name: a\n   kind: absence\n', 'f:3: the document'],
    ['a: 1\na: 2\n', 'f:2: the document Map keys must be unique'],
    ['[]', 'the document must be an object'],
  ])('%j', (text, expected) => {
    const found = problems(text);
    expect(found).not.toEqual([]);
    expect(found.join('\n')).toContain(expected);
  });

  test('all of it at once', () => {
    const text = 'rules:\n  - {name: a, kind: x}\n  - {name: b, kind: y}\nchannels:\n  - {kind: z}\n';
    expect(problems(text).map((line) => line.split(' ', 2).join(' '))).toEqual([
      'f:2: rules[0].kind',
      'f:3: rules[1].kind',
      'f:5: channels[0].kind',
    ]);
  });
});

test('a file that grows when it is read is refused', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x,x]',
    ...'bcdefgh'.split('').map((name, index) => {
      const before = 'abcdefgh'[index];
      return `${name}: &${name} [${Array(10).fill(`*${before}`).join(',')}]`;
    }),
  ].join('\n');
  expect(problems(bomb)).toEqual(['f: the document has too many aliases']);
});
