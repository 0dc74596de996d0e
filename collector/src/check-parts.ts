import { checkChannel } from './alerts/channels/index.ts';
import { loadRuleFile } from './alerts/rules/load-file.ts';
import { checkModule } from './load-module.ts';
import { dialectPaths } from './normalise/load-dialect.ts';
import type { Options } from './options.ts';
import { checkStore } from './stores/index.ts';

/**
 * Refuses, before anything listens, what the store process would refuse later: as far as it shows without opening
 * or running anything.
 * @throws SextantError bad_request
 */
export function checkParts(options: Options): void {
  checkStore(options);
  checkChannel(options.channel);
  for (const path of dialectPaths(options.dialects)) checkModule(path);
  if (options.alerts !== null) loadRuleFile(options.alerts);
}
