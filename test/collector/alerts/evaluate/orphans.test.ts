import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { default_rule } from '../../../../collector/src/alerts/alert.ts';
import { windowVerdict } from '../../../../collector/src/watch/window-verdict.ts';
import { noon_us } from '../../../contracts/store/rows.ts';
import { openRounds } from '../open-rounds.ts';
import { contextOf, drifted } from '../verdicts.ts';

const MINUTE_MS = 60_000;

test('an alert whose rule is taken away is over', async () => {
  const under = await openRounds([]);
  under.alerts.rules.put('default', 'mine', { kind: 'absence', window: '5m', labels: { feature: 'hidden' } });
  await under.round(0);
  under.alerts.rules.remove('default', 'mine');
  await under.round(1);
  expect(under.lines()).toEqual(['firing mine all', 'resolved mine all']);
  expect(under.sent[1]?.alert.labels).toMatchObject({ alertname: 'mine', feature: 'absence' });
});

const at_noon = contextOf(0, {
  ...{ tenant: 'default', window_start_us: noon_us - MINUTE_MS * 1000, window_end_us: noon_us },
});

test('an alert on verdicts ends where its rule is taken away or wants others, and not before', async () => {
  const under = await openRounds([{ name: 'kept', kind: 'verdict' }]);
  for (const name of ['gone', 'narrow']) under.alerts.rules.put('default', name, { kind: 'verdict' });
  await under.alerts.onVerdict(drifted, { ...at_noon, rule: 'unused' });
  await under.round(1);
  expect(under.lines().sort()).toEqual(['firing gone v2', 'firing kept v2', 'firing narrow v2']);
  under.alerts.rules.remove('default', 'gone');
  under.alerts.rules.put('default', 'narrow', { kind: 'verdict', feature: 'number.*' });
  await under.round(2);
  expect(under.lines().slice(3).sort()).toEqual(['resolved gone v2', 'resolved narrow v2']);
});

test('alerts on verdicts from before there were rules end where a file names others', async () => {
  const under = await openRounds([], { file: { rules: undefined } });
  await under.alerts.onVerdict(drifted, at_noon);
  await under.round(1);
  expect(under.lines()).toEqual(['firing drift v2']);
  under.restart({ rules: [] });
  await under.round(2);
  expect(under.lines()).toEqual(['firing drift v2', 'resolved drift v2']);
});

test('an alert under a name that the default rule had before an upgrade ends, and says why', async () => {
  const under = await openRounds([], { file: { rules: undefined } });
  await under.alerts.onVerdict(drifted, { ...at_noon, rule: 'embedding-drift' });
  await under.alerts.onVerdict(drifted, at_noon);
  await under.round(1);
  await under.round(2);
  expect(under.lines()).toEqual([
    'firing embedding-drift v2',
    'firing drift v2',
    'resolved embedding-drift v2',
  ]);
  expect(under.sent[2]?.alert.summary).toBe(
    'No rule "embedding-drift" watches this any more, so its alert is over.',
  );
});

test('the name of the default rule is the one that the watch gives', () => {
  const stream = { tenant: 'default', feature: 'f', sketch_id: 's' } as never;
  const window = { from_us: 0, to_us: 1 };
  const judged = { stream, window, slice: { slice_key: 'all', slice_value: 'all' }, verdict: drifted };
  const { context } = windowVerdict({ ...judged, is_lead: true, examples: [], details: {} });
  expect(context.rule).toBe(default_rule);
});

test('the alert on a broken rules file ends where there is no file any more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sextant-rules-'));
  const rule_path = join(folder, 'alerts.yaml');
  writeFileSync(rule_path, 'rules: 3');
  const under = await openRounds([], { rule_path });
  await under.round(0);
  await under.round(1);
  expect(under.lines()).toEqual(['firing sextant.rules_file all']);
  under.restart({});
  await under.round(2);
  expect(under.lines()).toEqual(['firing sextant.rules_file all', 'resolved sextant.rules_file all']);
  rmSync(folder, { recursive: true });
});

test('what waited under a rule that is taken away waits no more, and what another rule watches does', async () => {
  const under = await openRounds([]);
  const waiting = { kind: 'absence', window: '5m', for: '10m' };
  for (const name of ['kept', 'gone']) under.alerts.rules.put('default', name, waiting);
  under.alerts.rules.put('default', 'verdicts', { kind: 'verdict', for_windows: 2 });
  await under.alerts.onVerdict(drifted, at_noon);
  await under.round(0);
  expect(under.phases().sort()).toEqual(['gone pending', 'kept pending', 'verdicts pending']);
  under.alerts.rules.remove('default', 'gone');
  await under.round(1);
  expect(under.phases().sort()).toEqual(['kept pending', 'verdicts pending']);
  under.alerts.rules.remove('default', 'verdicts');
  await under.round(2);
  expect(under.phases()).toEqual(['kept pending']);
  expect(under.lines()).toEqual([]);
});
