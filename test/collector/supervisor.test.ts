import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { FromStore, ToStore } from '../../collector/src/messages.ts';
import { type Supervisor, superviseStore } from '../../collector/src/supervisor.ts';
import { temporaryFolder } from '../support/folder.ts';
import { recordingLog } from '../support/log.ts';
import { eventually } from '../support/spawn-collector.ts';

/** Says that it is ready when told to begin; the address it is told decides how it ends. */
const program = `
  process.on('message', ({ type, public_url }) => {
    if (type === 'stop') process.exit(0);
    if (type === 'durable') process.send({ type: 'stored', position: { segment: process.pid, offset: 0 } });
    if (type === 'begin' && public_url.startsWith('exit:')) process.exit(Number(public_url.slice(5)));
    if (type === 'begin') process.send({ type: 'ready' });
  });
  process.on('disconnect', () => process.exit(0));
`;

let supervisor: Supervisor;

beforeEach(() => {
  const file = join(temporaryFolder(), 'program.mjs');
  writeFileSync(file, program);
  supervisor = superviseStore({ program: file, arguments: [], environment: {}, log: recordingLog() });
  onTestFinished(() => supervisor.stop());
});

/** Lets it begin, and collects what it says. */
function begin(public_url = 'http://127.0.0.1'): FromStore[] {
  const said: FromStore[] = [];
  const greeting: ToStore[] = [
    { type: 'begin', public_url },
    { type: 'durable', position: { segment: 0, offset: 0 } },
  ];
  supervisor.begin({ greeting: () => greeting, onMessage: (message) => said.push(message) });
  return said;
}

function processOf(said: readonly FromStore[]): number {
  return said.flatMap((message) => (message.type === 'stored' ? [message.position.segment] : [])).at(-1) ?? 0;
}

describe('superviseStore', () => {
  test('greets the process that waits, once it may begin', async () => {
    expect(supervisor.isReady()).toBe(false);
    const said = begin();
    await eventually(async () => supervisor.isReady());
    await eventually(async () => said.length === 2);
    expect(said.map(({ type }) => type)).toEqual(['ready', 'stored']);
    expect(supervisor.restarts()).toBe(0);
  });

  test('greets each process that is started after it', async () => {
    const said = begin();
    await eventually(async () => processOf(said) > 0);
    const first = processOf(said);
    process.kill(first, 'SIGKILL');
    await eventually(async () => processOf(said) !== first);
    expect(supervisor.isReady()).toBe(true);
    expect(supervisor.restarts()).toBe(1);
  });

  test('ends a process that never began, and may be asked twice', async () => {
    await supervisor.stop();
    await supervisor.stop();
    expect(supervisor.isReady()).toBe(false);
  });

  test('says that options were refused, and does not try again', async () => {
    begin('exit:64');
    await expect(supervisor.refused).rejects.toMatchObject({ code: 'bad_request' });
    expect(supervisor.restarts()).toBe(0);
  });

  test('starts what ended otherwise again and again', async () => {
    begin('exit:1');
    await eventually(async () => supervisor.restarts() >= 3);
    expect(supervisor.isReady()).toBe(false);
  });
});
