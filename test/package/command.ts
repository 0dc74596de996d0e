import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs a program to its end and gives its standard output.
 * @throws Error with everything it printed, when it fails or takes longer than five minutes
 */
export async function runCommand(program: string, args: readonly string[], folder: string): Promise<string> {
  try {
    const options = { cwd: folder, timeout: 300_000, maxBuffer: 64 * 2 ** 20 };
    return (await promisify(execFile)(program, [...args], options)).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')} failed.\n${stdout}${stderr}`, { cause: error });
  }
}
