import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { checkParts } from '../check-parts.ts';
import { startIngest } from '../ingest.ts';
import { createLog } from '../log.ts';
import { type Options, readOptions } from '../options.ts';
import { type CommandContext, type ExitCode, exit_codes } from './command.ts';

/** Runs the collector until it is asked to stop. */
export async function runServe(context: CommandContext, given: Partial<Options>): Promise<ExitCode> {
  const options = readOptions(context.environment, given);
  checkParts(options);
  const ingest = await startIngest({
    options,
    program: context.program,
    environment: withGiven(context.environment, options),
    page_folder: join(
      dirname(createRequire(import.meta.url).resolve('@sextant/dashboards/package.json')),
      'web',
      'dist',
    ),
    log: createLog(context.error),
  });
  context.out(`Sextant listens on ${ingest.url}\n`);
  try {
    await Promise.race([stopped(context.signal), ingest.refused]);
  } finally {
    await ingest.close();
  }
  return exit_codes.ok;
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
  };
}
