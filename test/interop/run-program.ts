import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly folder?: string;
  /** On top of that of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeout_ms: number;
}

/**
 * Runs a program to its end.
 * @returns everything it printed
 * @throws Error with that, when it cannot be started, fails or takes too long
 */
export function runProgram(
  program: string,
  args: readonly string[],
  { folder, environment, timeout_ms }: RunOptions,
): Promise<string> {
  const child = spawn(program, [...args], {
    ...(folder === undefined ? {} : { cwd: folder }),
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.timeout(timeout_ms),
    killSignal: 'SIGKILL',
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    const fail = (how: string, cause?: Error) =>
      reject(new Error(`${[program, ...args].join(' ')} ${how}.\n${said}`, { cause }));
    child.on('error', (error) => {
      if (error.name === 'AbortError') fail(`took longer than ${timeout_ms} ms`);
      else fail(`cannot be run: ${error.message}`, error);
    });
    child.on('close', (code, signal) => {
      if (code === 0) resolve(said);
      else fail(`ended with ${code ?? signal}`);
    });
  });
}
