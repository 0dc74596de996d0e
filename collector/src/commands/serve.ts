import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { checkParts } from '../check-parts.ts';
import { createLog } from '../log.ts';
import { type Options, readOptions } from '../options.ts';
import { superviseStore } from '../supervisor.ts';
import { type CommandContext, type ExitCode, exit_codes } from './command.ts';

/** Runs the collector until it is asked to stop. */
export async function runServe(context: CommandContext, given: Partial<Options>): Promise<ExitCode> {
  const options = readOptions(context.environment, given);
  checkParts(options);
  const log = createLog(context.error);
  const supervisor = superviseStore({
    program: context.program,
    arguments: ['store-process'],
    environment: withGiven(context.environment, options),
    log,
  });
  try {
    // Only now: both processes load their modules at the same time.
    const { startIngest } = await import('../ingest.ts');
    const ingest = await startIngest({ options, supervisor, page_folder: pageFolder(), log });
    context.out(`Sextant listens on ${ingest.url}\n`);
    await Promise.race([stopped(context.signal), supervisor.refused]).finally(ingest.close);
  } finally {
    await supervisor.stop();
  }
  return exit_codes.ok;
}

function pageFolder(): string {
  const dashboards = dirname(createRequire(import.meta.url).resolve('@sextant/dashboards/package.json'));
  return join(dashboards, 'web', 'dist');
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

// The store process reads the same options: those given on the command line travel in its environment.
function withGiven(environment: CommandContext['environment'], options: Options): Record<string, string> {
  const inherited = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    ...Object.fromEntries(inherited),
    SEXTANT_PORT: String(options.port),
    SEXTANT_HOST: options.host,
    SEXTANT_STORE: options.store,
    SEXTANT_DATA: options.data,
  };
}
