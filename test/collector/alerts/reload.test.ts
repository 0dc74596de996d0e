import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Finding } from '../../../collector/src/alerts/alert.ts';
import { createReload } from '../../../collector/src/alerts/reload.ts';
import { empty_rule_file } from '../../../collector/src/alerts/rules/rule-file.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { recordingLog } from '../../support/log.ts';

test('what could not be written of a broken file is written with the next look', async () => {
  const path = join(temporaryFolder(), 'rules.yaml');
  writeFileSync(path, 'rules: nonsense');
  const observed: Finding['evidence'][] = [];
  let is_full = true;
  const reload = createReload({
    path,
    rule_file: empty_rule_file,
    judge: {
      async observe({ evidence }) {
        if (is_full) throw new Error('database or disk is full');
        observed.push(evidence);
        return false;
      },
    },
    configure: () => undefined,
    onChange: async () => undefined,
    log: recordingLog(),
  });
  await reload.check(1);
  is_full = false;
  await reload.check(2);
  await reload.check(3);
  expect(observed).toEqual(['breached']);
});
