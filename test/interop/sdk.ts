import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Abilities } from './known-telemetry.ts';
import type { Compression, Order, Protocol } from './order.ts';
import { type RunOptions, runProgram } from './run-program.ts';

/** An SDK with its exporters, driven by a small program. */
export interface Sdk {
  readonly abilities: Abilities;
  readonly ways: readonly Way[];
  /** Ways whose exporter tries again what it may; the others give up at once. */
  readonly retrying: readonly Way[];
  /** Ways whose exporter logs what a partial success says. */
  readonly reporting: readonly Way[];
  /** The program that reads an order. */
  readonly program: string;
  readonly arguments: readonly string[];
  /** The unit in which this SDK reads OTEL_EXPORTER_OTLP_TIMEOUT. */
  readonly timeout_unit: 'milliseconds' | 'seconds';
}

export interface Way {
  readonly protocol: Protocol;
  readonly compression: Compression;
}

export interface Destination {
  readonly url: string;
  readonly key?: string;
  /** How long it may try an export in all. */
  readonly patience_s: number;
}

/** Runs the program to its end. @returns everything it printed */
export async function sendWithSdk(
  sdk: Sdk,
  way: Way,
  to: Destination,
  order: Omit<Order, 'protocol'>,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sextant-order-'));
  try {
    const file = join(folder, 'order.json');
    await writeFile(file, JSON.stringify({ ...order, protocol: way.protocol } satisfies Order));
    const options: RunOptions = { environment: exporterVariables(sdk, way, to), timeout_ms: 120_000 };
    return await runProgram(sdk.program, [...sdk.arguments, file], options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// https://opentelemetry.io/docs/specs/otel/protocol/exporter/
function exporterVariables(
  { timeout_unit }: Sdk,
  { compression }: Way,
  { url, key, patience_s }: Destination,
): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_TIMEOUT: String(timeout_unit === 'seconds' ? patience_s : patience_s * 1000),
    // Python's gRPC exporter refuses the value "none".
    ...(compression === 'none' ? {} : { OTEL_EXPORTER_OTLP_COMPRESSION: compression }),
    ...(key === undefined ? {} : { OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${key}` }),
  };
}
