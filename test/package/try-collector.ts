import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../support/spawn-collector.ts';
import { runCommand } from './command.ts';

/** Serves, takes one span from the installed SDK, shows it in the list of traces and ends when asked. */
export async function tryCollector(project: string): Promise<void> {
  const sextant = join(project, 'node_modules/.bin/sextant');
  await runCommand(sextant, ['--help'], project);
  await refuseOptionalPeer(project);
  const started_ms = performance.now();
  const since = () => `${Math.round(performance.now() - started_ms)} ms`;
  const child = spawn(sextant, ['serve', '--port', '0'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, SEXTANT_DATA: join(project, 'data') },
  });
  const said = collectOutput(child);
  const exit = once(child, 'exit');
  try {
    const url = await listeningAddress(said);
    const listening = since();
    await eventually(async () => (await fetch(`${url}/readyz`)).ok, said);
    console.log(`The collector takes requests after ${listening} and answers questions after ${since()}.`);
    await trySpan(project, url);
    await tryPage(url);
  } finally {
    child.kill('SIGINT');
  }
  const [code] = await exit;
  if (code !== 0) throw new Error(`The collector ended with ${code}.\n${said()}`);
}

async function trySpan(project: string, url: string): Promise<void> {
  const program = `
    import { start, tool } from '@sextant/sdk';
    const sextant = start({ serviceName: 'package-check', url: '${url}' });
    tool('double', (value) => value * 2)(21);
    await sextant.shutdown();
  `;
  await runCommand('node', ['--input-type=module', '--eval', program], project);
  await eventually(async () => {
    const answer = await fetch(`${url}/api/traces`);
    const { traces } = (await answer.json()) as { traces: { service: string }[] };
    return traces.some(({ service }) => service === 'package-check');
  });
}

async function tryPage(url: string): Promise<void> {
  const page = await (await fetch(url)).text();
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1];
  if (!script || !(await fetch(url + script)).ok) throw new Error(`The page is not served: ${page}`);
}

// Whoever stores in DuckDB should not have to install the client of BigQuery.
async function refuseOptionalPeer(project: string): Promise<void> {
  const is_installed = await access(join(project, 'node_modules/@google-cloud/bigquery')).then(
    () => true,
    () => false,
  );
  if (is_installed) throw new Error('@google-cloud/bigquery comes along, though it is an optional peer.');
}

function collectOutput(child: ChildProcess): () => string {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said += chunk;
    });
  }
  return () => said;
}

async function listeningAddress(said: () => string): Promise<string> {
  await eventually(async () => /listens on \S+/.test(said()), said);
  return /listens on (\S+)/.exec(said())?.[1] as string;
}
