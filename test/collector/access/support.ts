import { onTestFinished } from 'vitest';
import { type AccessSettings, createAccess } from '../../../collector/src/access/access.ts';
import { createAudit } from '../../../collector/src/access/audit.ts';
import { createKeys, type WantedKey } from '../../../collector/src/access/keys.ts';
import { openKeysFile } from '../../../collector/src/access/keys-file.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { recordingLog } from '../../support/log.ts';

/** A data folder, a clock, and the keys of the folder as a command has them open. */
export function keyring(data = temporaryFolder()) {
  const clock = { ms: Date.UTC(2026, 10, 21) };
  const now = () => clock.ms;
  const database = openKeysFile(data);
  onTestFinished(() => database.close());
  const audit = createAudit({ database, now });
  const keys = createKeys({ database, audit, actor: 'command', now });
  const log = recordingLog();
  return {
    data,
    clock,
    database,
    audit,
    keys,
    log,
    make: (given: Partial<WantedKey> = {}) =>
      keys.create({ name: 'a key', tenant: 'acme', scopes: ['ingest'], lifetime_ms: null, ...given }),
    /** As the collector opens it: a connection of its own. */
    access(given: Partial<AccessSettings> = {}) {
      const settings = { data, key: null, host: '127.0.0.1', insecure: false, now, log, ...given };
      const access = createAccess(settings);
      onTestFinished(() => access.close());
      return access;
    },
  };
}

export const bearer = (key: string) => `Bearer ${key}`;
