#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import type { CommandContext } from './commands/command.ts';
import type { ParentChannel } from './commands/store-process.ts';
import type { ToStore } from './messages.ts';
import { runProgram } from './program.ts';

/** The only file that knows the process: environment, signals, exit. */
const stop = new AbortController();
let asked_ms = 0;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The first asks for an orderly end; a later one will not wait for it. One that comes at once is the same
    // Ctrl-C, handed on by npm as well.
    if (asked_ms > 0 && Date.now() - asked_ms > 1_000) process.exit(130);
    asked_ms ||= Date.now();
    stop.abort();
  });
}

// A reader such as `head` that closes the pipe ends the output quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

async function ask(question: string): Promise<string> {
  const line = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await line.question(question, { signal: stop.signal });
  } finally {
    line.close();
  }
}

const context: CommandContext = {
  environment: process.env,
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  is_terminal: process.stdout.isTTY === true,
  ...(process.stdin.isTTY === true && { ask }),
  signal: stop.signal,
  program: fileURLToPath(import.meta.url),
};

const parent: ParentChannel | null = process.send
  ? {
      send: (message) => {
        if (process.connected) process.send?.(message);
      },
      onMessage: (listener) => process.on('message', (message) => listener(message as ToStore)),
      onClose: (listener) => process.on('disconnect', listener),
    }
  : null;

const code = await runProgram(process.argv.slice(2), context, parent);
// Exits once the output is through; whatever a failed start left open would keep the process for ever.
process.stdout.write('', () => process.exit(code));
