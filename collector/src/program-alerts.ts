import { type Command, InvalidArgumentError } from 'commander';
import { type CommandContext, type ExitCode, url_flag } from './commands/command.ts';

type Done = (code: ExitCode) => void;

const commands = () => import('./commands/alerts.ts');

/** `sextant alerts …`: each talks to the running collector, except for the check of a file. */
export function addAlerts(program: Command, context: CommandContext, done: Done): void {
  const alerts = program.command('alerts').description('what fires, who is told, and what to keep quiet');
  const add = (parent: Command, name: string, description: string) =>
    parent
      .command(name)
      .description(description)
      .option('--json', 'print JSON')
      .option(...url_flag);

  add(alerts, 'list', 'show alerts, newest first')
    .option('--state <state>', 'only those firing or resolved', stateText)
    .option('--fail-on-firing', 'exit with 2 where something fires')
    .action(async (flags) => done(await (await commands()).runAlertsList(context, flags)));
  add(alerts, 'states', 'show what is pending, firing, without data or in error').action(async (flags) =>
    done(await (await commands()).runAlertsStates(context, flags)),
  );
  add(alerts, 'show', 'show one alert')
    .argument('<id>', 'id of the alert')
    .action(async (id, flags) => done(await (await commands()).runAlertsShow(context, id, flags)));
  add(alerts, 'acknowledge', 'say that somebody takes care of an alert: it is not repeated')
    .argument('<id>', 'id of the alert')
    .action(async (id, flags) => done(await (await commands()).runAlertsAcknowledge(context, id, flags)));
  add(
    alerts,
    'channels',
    'show the channels there are, and what receivers verify their signatures with',
  ).action(async (flags) => done(await (await commands()).runAlertsChannels(context, flags)));
  add(alerts, 'test', 'send a test notification to a channel')
    .argument('<channel>', 'name of the channel')
    .action(async (name, flags) => done(await (await commands()).runAlertsTest(context, name, flags)));
  addSilences(alerts, context, done, add);
  addRules(alerts, context, done, add);
  add(alerts, 'deliveries', 'show notifications by channel, and what became of them').action(async (flags) =>
    done(await (await commands()).runAlertsDeliveries(context, flags, null)),
  );
  add(alerts, 'dead', 'show notifications that could not be delivered').action(async (flags) =>
    done(await (await commands()).runAlertsDeliveries(context, flags, 'dead')),
  );
  add(alerts, 'attempts', 'show every attempt of a delivery: when, what was answered, how long it took')
    .argument('<number>', 'its number, as "sextant alerts deliveries" shows it')
    .action(async (number, flags) =>
      done(await (await commands()).runAlertsAttempts(context, number, flags)),
    );
  add(alerts, 'replay', 'send a dead notification again')
    .argument('<number>', 'its number, as "sextant alerts dead" shows it')
    .action(async (number, flags) => done(await (await commands()).runAlertsReplay(context, number, flags)));
}

type Add = (parent: Command, name: string, description: string) => Command;

function addSilences(alerts: Command, context: CommandContext, done: Done, add: Add): void {
  add(alerts, 'silence', 'keep alerts that match quiet')
    .argument('<matcher...>', 'such as alertname=drift or service=~"shop-.*"')
    .requiredOption('--for <time>', 'how long, such as 2h')
    .requiredOption('--comment <text>', 'why')
    .addHelpText(
      'after',
      '\nExample:\n  sextant alerts silence service=shop --for 2h --comment "moving house"',
    )
    .action(async (matchers, flags) =>
      done(await (await commands()).runAlertsSilence(context, matchers, flags)),
    );
  add(alerts, 'silences', 'show silences').action(async (flags) =>
    done(await (await commands()).runAlertsSilences(context, flags)),
  );
  add(alerts, 'unsilence', 'end a silence')
    .argument('<id>', 'id of the silence')
    .action(async (id, flags) => done(await (await commands()).runAlertsUnsilence(context, id, flags)));
}

function addRules(alerts: Command, context: CommandContext, done: Done, add: Add): void {
  const rules = add(alerts, 'rules', 'show the rules that hold').action(async (_flags, command: Command) =>
    done(await (await commands()).runAlertsRules(context, command.optsWithGlobals())),
  );
  rules
    .command('check')
    .description('say what is wrong with a rules file; exits with 2 where something is')
    .argument('<file>', 'YAML or JSON, as for SEXTANT_ALERTS')
    .action(async (file) => done(await (await commands()).runAlertsRulesCheck(context, file)));
}

function stateText(text: string): string {
  if (text !== 'firing' && text !== 'resolved') throw new InvalidArgumentError('It is firing or resolved.');
  return text;
}
