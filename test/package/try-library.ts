import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.ts';

/** What an application does first, in TypeScript as strict as it gets. */
const application = `
import { agent, type Handle, start, tool } from '@sextant/sdk';
import { GEN_AI_OPERATION_NAME } from '@sextant/sdk/semconv';
import { startTesting } from '@sextant/sdk/testing';

const sextant: Handle = start({ serviceName: 'package-check' });
const double = tool('double', (value: number): number => value * 2);
const answer: (value: number) => number = agent('calculator', (value: number) => double(value));
export { answer, GEN_AI_OPERATION_NAME, sextant, startTesting };
`;

export async function trySdk(project: string): Promise<void> {
  await writeFile(join(project, 'application.ts'), application);
  await compile(project, 'application.ts');
  const program = `
    import { tool } from '@sextant/sdk';
    if (tool('double', (value) => value * 2)(21) !== 42) throw new Error('The wrapped function answers wrongly.');
  `;
  await runCommand('node', ['--input-type=module', '--eval', program], project);
}

export async function tryDetectors(project: string): Promise<void> {
  const program = `
    import { detectors } from '@sextant/detectors';
    if (Object.keys(detectors).length === 0) throw new Error('The list of detectors is empty.');
  `;
  await runCommand('node', ['--input-type=module', '--eval', program], project);
}

// Declarations of the packages are checked too: their users may not skip that.
async function compile(project: string, file: string): Promise<void> {
  const settings = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2023', '--types', ''];
  await runCommand('tsc', [...settings, file], project);
}
