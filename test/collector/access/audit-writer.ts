import { createAudit } from '../../../collector/src/access/audit.ts';
import { openKeysFile } from '../../../collector/src/access/keys-file.ts';

/** A process that writes records: folder, actor, count. */
const [folder = '', actor = '', count = ''] = process.argv.slice(2);
const audit = createAudit({ database: openKeysFile(folder), now: Date.now });
for (let index = 0; index < Number(count); index++)
  audit.record({ tenant: 'acme', actor, action: 'test', target: null, details: { index } });
