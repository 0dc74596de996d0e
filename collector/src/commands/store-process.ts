import { setFlagsFromString } from 'node:v8';
import { createLog } from '../log.ts';
import type { FromStore, ToStore } from '../messages.ts';
import { readOptions } from '../options.ts';
import { startStoreProcess } from '../store-process.ts';
import { type CommandContext, type ExitCode, exit_codes } from './command.ts';

/** The channel to the receiving process, which started this one. */
export interface ParentChannel {
  send(message: FromStore): void;
  onMessage(listener: (message: ToStore) => void): void;
  /** The receiving process is gone. */
  onClose(listener: () => void): void;
}

/** Runs the store process until the receiving process asks it to stop or is gone. */
export async function runStoreProcess(context: CommandContext, parent: ParentChannel): Promise<ExitCode> {
  // The heap may grow by half of what is in use before it is collected; four times, as by default, is mostly garbage.
  setFlagsFromString('--heap-growing-percent=50');
  const { promise: begun, resolve: begin } = Promise.withResolvers<string>();
  const early: ToStore[] = [];
  let receive = (message: ToStore) => {
    early.push(message);
  };
  const ended = new Promise<void>((resolve) => {
    parent.onClose(resolve);
    parent.onMessage((message) => {
      if (message.type === 'stop') resolve();
      else if (message.type === 'begin') begin(message.public_url);
      else receive(message);
    });
  });
  const public_url = await Promise.race([begun, ended]);
  if (public_url === undefined) return exit_codes.ok;
  const environment = { ...context.environment, SEXTANT_PUBLIC_URL: public_url };
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  const store = await startStoreProcess({
    options: readOptions(environment),
    environment,
    send: parent.send,
    fail,
    log: createLog(context.error),
  });
  receive = store.receive;
  for (const message of early) receive(message);
  await Promise.race([ended, failed]);
  await store.stop();
  return exit_codes.ok;
}
