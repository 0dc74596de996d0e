import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { type CommandContext, type ExitCode, exit_codes } from './commands/command.ts';
import type { ParentChannel } from './commands/store-process.ts';
import { SextantError } from './errors.ts';

/** Runs one command line; resolves with the exit code. Each command is loaded when it is used. */
export async function runProgram(
  argv: readonly string[],
  context: CommandContext,
  parent: ParentChannel | null,
): Promise<ExitCode> {
  let code: ExitCode = exit_codes.ok;
  const program = buildProgram(context, parent, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exit_codes.ok : exit_codes.usage;
    if (!(error instanceof SextantError)) {
      context.error(`sextant: ${(error as Error).stack}\n`);
      return exit_codes.failed;
    }
    context.error(`sextant: ${error.detail ?? error.message}\n`);
    return error.code === 'bad_request' ? exit_codes.usage : exit_codes.failed;
  }
}

function buildProgram(
  context: CommandContext,
  parent: ParentChannel | null,
  done: (code: ExitCode) => void,
): Command {
  const program = new Command('sextant')
    .description('Observability for GenAI applications: traces, cost, drift.')
    .exitOverride()
    .addHelpText('after', exit_code_help)
    .showSuggestionAfterError()
    .configureOutput({ writeOut: context.out, writeErr: context.error });
  addServe(program, context, done);
  addReplay(program, context, done);
  addSql(program, context, done);
  addDetect(program, context, done);
  if (parent) addStoreProcess(program, context, parent, done);
  return program;
}

const exit_code_help = `
Exit codes: 0 done, 1 failed, 2 found what it guards against, 3 not enough evidence to say, 64 wrong use`;

type Done = (code: ExitCode) => void;

function addServe(program: Command, context: CommandContext, done: Done): void {
  program
    .command('serve')
    .description('run the collector and its page')
    .option('--host <address>', 'address to listen on')
    .option('--port <number>', 'port to listen on; 0 takes a free one', wholeNumber)
    .option('--data <folder>', 'data folder')
    .option('--store <name>', 'where rows are stored: duckdb, bigquery or the file of your own')
    .option('--insecure', 'allow an address other than loopback without a key')
    .addHelpText('after', '\nExample:\n  sextant serve --port 4318 --data .sextant')
    .action(async (flags) => {
      const { runServe } = await import('./commands/serve.ts');
      done(await runServe(context, flags));
    });
}

function addReplay(program: Command, context: CommandContext, done: Done): void {
  program
    .command('replay')
    .description('send recorded spans to the running collector')
    .argument(
      '<path>',
      'file or folder of OTLP JSON, OpenTelemetry SDK spans or Langfuse exports, also gzipped',
    )
    .option('--url <url>', 'address of the collector')
    .addHelpText('after', '\nExample:\n  sextant replay traces/ --url http://127.0.0.1:4318')
    .action(async (path, flags) => {
      const { runReplay } = await import('./commands/replay.ts');
      done(await runReplay(context, path, flags));
    });
}

function addSql(program: Command, context: CommandContext, done: Done): void {
  program
    .command('sql')
    .description('run one read-only statement in the running collector')
    .argument(
      '<statement>',
      'SQL that names the tables spans, messages, embeddings, sketches, scores and so on',
    )
    .option('--json', 'print the rows as a JSON array')
    .option('--limit <rows>', 'most rows to print', wholeNumber)
    .option('--url <url>', 'address of the collector')
    .addHelpText('after', '\nExample:\n  sextant sql "SELECT service, count(*) FROM spans GROUP BY ALL"')
    .action(async (statement, flags) => {
      const { runSqlCommand } = await import('./commands/sql.ts');
      done(await runSqlCommand(context, statement, flags));
    });
}

function addDetect(program: Command, context: CommandContext, done: Done): void {
  program
    .command('detect')
    .description('compare a range of time with a reference; one verdict a line')
    .requiredOption('--from <time>', 'start of the window: ISO, or relative like -2h')
    .requiredOption('--to <time>', 'end of the window, exclusive')
    .requiredOption('--reference-from <time>', 'start of the reference')
    .requiredOption('--reference-to <time>', 'end of the reference, exclusive')
    .option('--feature <name>', 'only this feature, such as embedding.user_message')
    .option('--slice <key=value>', 'only spans of this slice', sliceText)
    .option('--json', 'print JSON lines on a terminal too')
    .option('--fail-on-drift', 'exit with 2 where something drifted')
    .option('--url <url>', 'address of the collector')
    .addHelpText(
      'after',
      '\nExample:\n  sextant detect --from -1h --to now --reference-from -25h --reference-to -1h --fail-on-drift',
    )
    .action(async (flags) => {
      const { runDetectCommand } = await import('./commands/detect.ts');
      done(await runDetectCommand(context, flags));
    });
}

function addStoreProcess(program: Command, context: CommandContext, parent: ParentChannel, done: Done): void {
  program.command('store-process', { hidden: true }).action(async () => {
    const { runStoreProcess } = await import('./commands/store-process.ts');
    done(await runStoreProcess(context, parent));
  });
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function sliceText(text: string): string {
  if (!/^[a-z_]+=/.test(text)) throw new InvalidArgumentError('It must look like service=checkout.');
  return text;
}
