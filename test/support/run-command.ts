import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../collector/src/main.ts', import.meta.url));

export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly said: string;
}

/** Runs one command of the program as users do, without a terminal. */
export function runCommand(
  given: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const options = [
    '--conditions=@sextant/source',
    '--disable-warning=ExperimentalWarning',
    program,
    ...given,
  ];
  return new Promise((resolve) => {
    execFile(process.execPath, options, { env: { ...process.env, ...environment } }, (error, out, said) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, said }),
    );
  });
}
