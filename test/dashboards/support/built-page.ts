import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('../../../dashboards/build-page.ts', import.meta.url));

/** The folder of the built page. It is built first where a source is newer. */
export async function builtPage(): Promise<string> {
  await promisify(execFile)(process.execPath, [script, '--if-needed']);
  return fileURLToPath(new URL('../../../dashboards/web/dist', import.meta.url));
}
