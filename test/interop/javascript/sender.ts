import { fileURLToPath } from 'node:url';
import type { Peer } from '../check.ts';
import { every_ability } from '../known-telemetry.ts';
import { runProgram } from '../run-program.ts';
import { sdkChecks } from '../sdk-checks.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const http_ways = [
  { protocol: 'http/protobuf', compression: 'none' },
  { protocol: 'http/protobuf', compression: 'gzip' },
  { protocol: 'http/json', compression: 'none' },
  { protocol: 'http/json', compression: 'gzip' },
] as const;
const grpc_ways = [
  { protocol: 'grpc', compression: 'none' },
  { protocol: 'grpc', compression: 'gzip' },
] as const;

/** The official OpenTelemetry SDK and exporters for JavaScript, in the versions of package.json beside this. */
export const javascript_sender: Peer = {
  name: 'javascript',
  async install() {
    const args = ['install', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
    await runProgram('npm', args, { folder, timeout_ms: 300_000 });
  },
  checks: sdkChecks({
    abilities: { ...every_ability, long_integers: false, scope_attributes: false, only_observed_time: false },
    ways: [...http_ways, ...grpc_ways],
    // Its gRPC exporter gives up at once.
    retrying: [http_ways[0], http_ways[2]],
    reporting: [http_ways[0], http_ways[2], grpc_ways[0]],
    program: process.execPath,
    arguments: [`${folder}send.mjs`],
    timeout_unit: 'milliseconds',
  }),
};
