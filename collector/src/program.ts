import { createRequire } from 'node:module';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type Scope, scopes } from './access/credential.ts';
import { type CommandContext, type ExitCode, exit_codes, url_flag } from './commands/command.ts';
import type { ParentChannel } from './commands/store-process.ts';
import { isDiskFull } from './disk-full.ts';
import { errors, SextantError } from './errors.ts';
import { option_table } from './options.ts';
import { addAlerts } from './program-alerts.ts';

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
    if (isDiskFull(error)) {
      context.error(`sextant: ${errors.disk_full.message} ${(error as Error).message}\n`);
      return exit_codes.failed;
    }
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
    .version(createRequire(import.meta.url)('../package.json').version, '--version', 'print the version')
    .addHelpText('after', more_help)
    .showSuggestionAfterError()
    .showHelpAfterError('With --help it says how it is used.')
    .configureOutput({ writeOut: context.out, writeErr: context.error });
  addServe(program, context, done);
  addReplay(program, context, done);
  addSql(program, context, done);
  addDetect(program, context, done);
  addReference(program, context, done);
  addAlerts(program, context, done);
  addKeys(program, context, done);
  addAudit(program, context, done);
  addErase(program, context, done);
  addExport(program, context, done);
  addBackup(program, context, done);
  if (parent) addStoreProcess(program, context, parent, done);
  return program;
}

const more_help = `
Commands that ask the running collector send the key in SEXTANT_KEY, where it wants one.
Exit codes: 0 done, 1 failed, 2 found what it guards against, 3 not enough evidence to say, 64 wrong use`;

function elseFrom(name: 'host' | 'port' | 'data' | 'store'): string {
  const { environment, default: fallback } = option_table[name];
  return `(else ${environment}, else ${fallback})`;
}

const data_flag = ['--data <folder>', `data folder ${elseFrom('data')}`] as const;

type Done = (code: ExitCode) => void;

function addServe(program: Command, context: CommandContext, done: Done): void {
  program
    .command('serve')
    .description('run the collector and its page')
    .option('--host <address>', `address to listen on ${elseFrom('host')}`)
    .option('--port <number>', `port to listen on; 0 takes a free one ${elseFrom('port')}`, wholeNumber)
    .option(...data_flag)
    .option('--store <name>', `duckdb, bigquery or the file of your own store ${elseFrom('store')}`)
    .option('--insecure', 'allow an address other than loopback without a key')
    .addHelpText(
      'after',
      '\nExample:\n  sextant serve --port 4318 --data .sextant\n\nAll other settings are SEXTANT_… variables, listed in docs/options.md.',
    )
    .action(async (flags) => {
      const { runServe } = await import('./commands/serve.ts');
      done(await runServe(context, flags));
    });
}

function addReplay(program: Command, context: CommandContext, done: Done): void {
  program
    .command('replay')
    .description('send recorded telemetry to the running collector')
    .argument(
      '<path>',
      'file or folder of OTLP JSON, OpenTelemetry SDK spans or Langfuse exports, also gzipped',
    )
    .option(...url_flag)
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
    .option(...url_flag)
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
    .addOption(
      new Option('--compatibility <product>', 'its distances and thresholds instead of tests').choices([
        'vertex',
      ]),
    )
    .option('--json', 'print JSON lines on a terminal too')
    .option('--fail-on-drift', 'exit with 2 where something drifted')
    .option(...url_flag)
    .addHelpText(
      'after',
      '\nExample:\n  sextant detect --from -1h --to now --reference-from -25h --reference-to -1h --fail-on-drift',
    )
    .action(async (flags) => {
      const { runDetectCommand } = await import('./commands/detect.ts');
      done(await runDetectCommand(context, flags));
    });
}

function addReference(program: Command, context: CommandContext, done: Done): void {
  const reference = program.command('reference').description('say what windows are compared with');
  const commands = () => import('./commands/reference.ts');
  const common = (command: Command) => command.option('--json', 'print a JSON array').option(...url_flag);
  common(reference.command('list').description('what every feature is compared with')).action(async (flags) =>
    done(await (await commands()).runReferenceList(context, flags)),
  );
  common(
    reference.command('show').description('what one feature is compared with').argument('<feature>'),
  ).action(async (feature, flags) =>
    done(await (await commands()).runReferenceShow(context, feature, flags)),
  );
  common(reference.command('pin').description('compare with a range of time, such as an evaluation run'))
    .requiredOption('--feature <name>', 'such as embedding.user_message')
    .requiredOption('--from <time>', 'start of the range: ISO, or relative like -2h')
    .requiredOption('--to <time>', 'end of the range, exclusive')
    .option('--name <name>', 'what the range is called')
    .addHelpText(
      'after',
      '\nExample:\n  sextant reference pin --feature behaviour.tool_mix --from -8d --to -1d',
    )
    .action(async (flags) => done(await (await commands()).runReferenceChange(context, 'pinned', flags)));
  const others = [
    ['rolling', 'rolling', 'compare with the latest conversations before the window'],
    ['seasonal', 'seasonal', 'compare with the same hours of the weeks before, in the weights of the window'],
    ['last-good', 'last_good', 'compare with the latest before the newest version of a prompt or deployment'],
    ['reset', 'reset', 'begin anew, with the next conversations as fit and reference'],
  ] as const;
  for (const [name, kind, description] of others) {
    common(reference.command(name).description(description))
      .requiredOption('--feature <name>', 'such as embedding.user_message')
      .action(async (flags) => done(await (await commands()).runReferenceChange(context, kind, flags)));
  }
}

function addKeys(program: Command, context: CommandContext, done: Done): void {
  const keys = program.command('keys').description('make and end API keys, on the data folder itself');
  keys
    .command('create')
    .description('make a key and print it')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--scope <scope>', 'what it may do: ingest, read or admin; may be repeated', scopeList)
    .option('--tenant <name>', 'whose telemetry it is about; "default" where there is one tenant')
    .option('--expires <time>', 'how long it is valid, such as 90d')
    .option(...data_flag)
    .addHelpText('after', '\nExample:\n  sextant keys create --name shop --scope ingest --expires 90d')
    .action(async (flags) => done(await (await keysCommands()).runKeysCreate(context, flags)));
  keys
    .command('list')
    .description('show the keys, without their secrets')
    .option('--json', 'print a JSON array')
    .option(...data_flag)
    .action(async (flags) => done(await (await keysCommands()).runKeysList(context, flags)));
  keys
    .command('revoke')
    .description('end a key at once')
    .argument('<id>', 'id of the key: the twelve digits after sx_')
    .option(...data_flag)
    .action(async (id, flags) => done(await (await keysCommands()).runKeysRevoke(context, id, flags)));
  keys
    .command('rotate')
    .description('make another key like this one, and let this one end a little later')
    .argument('<id>', 'id of the key')
    .option('--overlap <time>', 'how long both are valid', '24h')
    .option(...data_flag)
    .action(async (id, flags) => done(await (await keysCommands()).runKeysRotate(context, id, flags)));
}

const keysCommands = () => import('./commands/keys.ts');

function addAudit(program: Command, context: CommandContext, done: Done): void {
  const audit = program.command('audit').description('the record of administrative acts');
  audit
    .command('verify')
    .description('check that no record was changed, and print the hash of the last')
    .option('--expect <hash>', 'a hash printed earlier and kept elsewhere, which must still be there')
    .option(...data_flag)
    .action(async (flags) => done(await (await auditCommands()).runAuditVerify(context, flags)));
  audit
    .command('list')
    .description('print the records, one JSON line each')
    .option(...data_flag)
    .action(async (flags) => done(await (await auditCommands()).runAuditList(context, flags)));
}

const auditCommands = () => import('./commands/audit.ts');

function addErase(program: Command, context: CommandContext, done: Done): void {
  program
    .command('erase')
    .description('remove everything of a user, a conversation or a trace from the running collector')
    .option('--user <id>', 'the user, as in user.id')
    .option('--conversation <id>', 'the conversation, as in gen_ai.conversation.id')
    .option('--trace <id>', 'the trace')
    .option('--yes', 'erase without asking')
    .option(...url_flag)
    .addHelpText('after', '\nExample:\n  sextant erase --user ada@example.org')
    .action(async (flags) => {
      const { runErase } = await import('./commands/erase.ts');
      done(await runErase(context, flags));
    });
}

function addExport(program: Command, context: CommandContext, done: Done): void {
  program
    .command('export')
    .description('write rows of the running collector into files')
    .addOption(
      new Option('--format <name>', 'form of the files')
        .choices(['parquet', 'otlp-json'])
        .makeOptionMandatory(),
    )
    .requiredOption('--from <time>', 'start of the range: ISO, or relative like -7d')
    .requiredOption('--to <time>', 'end of the range, exclusive')
    .requiredOption('--out <folder>', 'folder for the files')
    .option(
      '--table <name...>',
      'tables to export, as OTLP spans, logs and metrics; all unless some are named',
    )
    .option('--gzip', 'compress the files of OTLP JSON')
    .option(...url_flag)
    .addHelpText(
      'after',
      '\nExample:\n  sextant export --format parquet --from -7d --to now --out export --table spans messages',
    )
    .action(async (flags) => {
      const { runExport } = await import('./commands/export.ts');
      done(await runExport(context, flags));
    });
}

function addBackup(program: Command, context: CommandContext, done: Done): void {
  program
    .command('backup')
    .description('copy the data of the running collector, to start another one with')
    .option('--out <folder>', 'empty folder to fetch the copy into; without it, it stays in the data folder')
    .option(...url_flag)
    .addHelpText('after', '\nExample:\n  sextant backup --out backup && sextant serve --data backup')
    .action(async (flags) => {
      const { runBackup } = await import('./commands/backup.ts');
      done(await runBackup(context, flags));
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

function scopeList(text: string, before: readonly Scope[] = []): readonly Scope[] {
  const scope = scopes.find((known) => known === text);
  if (!scope) throw new InvalidArgumentError(`Scopes are ${scopes.join(', ')}.`);
  return [...before, scope];
}

function sliceText(text: string): string {
  if (!/^[a-z_]+=/.test(text)) throw new InvalidArgumentError('It must look like service=checkout.');
  return text;
}
