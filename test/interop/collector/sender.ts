import { fileURLToPath } from 'node:url';
import type { Peer } from '../check.ts';
import { runProgram } from '../run-program.ts';
import { collectorChecks } from './checks.ts';
import { collector_program } from './collector.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** The OpenTelemetry Collector in the version of go.mod beside this, with its OTLP exporters. */
export const collector_sender: Peer = {
  name: 'collector',
  async install() {
    // From nothing this takes two minutes on two processors; Go's own cache makes the next build a matter of seconds.
    const args = ['build', '-trimpath', '-ldflags=-s -w', '-o', collector_program, '.'];
    await runProgram('go', args, { folder, environment: { CGO_ENABLED: '0' }, timeout_ms: 900_000 });
  },
  checks: collectorChecks,
};
