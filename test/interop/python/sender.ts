import { fileURLToPath } from 'node:url';
import type { Peer } from '../check.ts';
import { every_ability } from '../known-telemetry.ts';
import { runProgram } from '../run-program.ts';
import { sdkChecks } from '../sdk-checks.ts';
import { genAiChecks } from './genai-checks.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const environment = fileURLToPath(new URL('../../output/interop/python', import.meta.url));
const program = `${environment}/bin/python`;
const ways = [
  { protocol: 'http/protobuf', compression: 'none' },
  { protocol: 'http/protobuf', compression: 'gzip' },
  { protocol: 'http/protobuf', compression: 'deflate' },
  { protocol: 'grpc', compression: 'none' },
  { protocol: 'grpc', compression: 'gzip' },
] as const;

/** The official OpenTelemetry SDK, exporters and GenAI instrumentation for Python, as in requirements.txt. */
export const python_sender: Peer = {
  name: 'python',
  async install() {
    await runProgram('python3', ['-m', 'venv', environment], { timeout_ms: 120_000 });
    const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', 'requirements.txt'];
    await runProgram(program, args, { folder, timeout_ms: 600_000 });
  },
  checks: [
    ...sdkChecks({
      // Its encoder leaves the trace state of links out.
      abilities: { ...every_ability, link_states: false },
      ways,
      retrying: [ways[0], ways[3]],
      // Its exporters do not look at what a success says.
      reporting: [],
      program,
      arguments: [`${folder}send.py`],
      // Other than the specification has it.
      timeout_unit: 'seconds',
    }),
    ...genAiChecks(program, `${folder}chat.py`),
  ],
};
