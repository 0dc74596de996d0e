import { alertmanager_peer } from './alertmanager/peer.ts';
import { type Peer, runChecks } from './check.ts';
import { collector_sender } from './collector/sender.ts';
import { javascript_sender } from './javascript/sender.ts';
import { python_sender } from './python/sender.ts';

/**
 * Shows that Sextant understands others and is understood: their software, installed here and now, sends what is known
 * to a real collector, and what is stored is compared with what was sent; or it is sent what Sextant sends.
 *
 *   npm run test:interop [-- javascript python collector alertmanager]
 *
 * Without names all of them run. Prints a line for each check and ends with "N passed, N failed".
 */
const peers: readonly Peer[] = [javascript_sender, python_sender, collector_sender, alertmanager_peer];

const names = process.argv.slice(2);
const unknown = names.filter((name) => !peers.some((peer) => peer.name === name));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}. There are ${peers.map(({ name }) => name).join(', ')}.`);
  process.exit(64);
}

let passed = 0;
let failed = 0;
for (const peer of peers) {
  if (names.length > 0 && !names.includes(peer.name)) continue;
  const tally = await runChecks(peer);
  passed += tally.passed;
  failed += tally.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
