import { runChecks, type Sender } from './check.ts';
import { collector_sender } from './collector/sender.ts';
import { javascript_sender } from './javascript/sender.ts';
import { python_sender } from './python/sender.ts';

/**
 * Shows that Sextant understands what others send: their software, installed here and now, sends what is known to a
 * real collector, and what is stored is compared with what was sent.
 *
 *   npm run test:interop [-- javascript python collector]
 *
 * Without names all of them run. Prints a line for each check and ends with "N passed, N failed".
 */
const senders: readonly Sender[] = [javascript_sender, python_sender, collector_sender];

const names = process.argv.slice(2);
const unknown = names.filter((name) => !senders.some((sender) => sender.name === name));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}. There are ${senders.map(({ name }) => name).join(', ')}.`);
  process.exit(64);
}

let passed = 0;
let failed = 0;
for (const sender of senders) {
  if (names.length > 0 && !names.includes(sender.name)) continue;
  const tally = await runChecks(sender);
  passed += tally.passed;
  failed += tally.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
