import type { Peer } from '../check.ts';
import { runProgram } from '../run-program.ts';
import { program } from './alertmanager.ts';
import { alertmanager_checks } from './checks.ts';

/** Prometheus Alertmanager, as Debian has it (package prometheus-alertmanager). */
export const alertmanager_peer: Peer = {
  name: 'alertmanager',
  async install() {
    await runProgram(program, ['--version'], { timeout_ms: 20_000 });
  },
  checks: alertmanager_checks,
};
