import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The store process of a collector, or null while there is none. */
export function storeProcessOf(pid: number): number | null {
  const children = readProcess(pid, `task/${pid}/children`).trim();
  return children === '' ? null : Number(children.split(' ')[0]);
}

/** Whether the process has ended within the time. */
export async function endsWithin(pid: number, limit_ms: number): Promise<boolean> {
  const deadline = Date.now() + limit_ms;
  while (isRunning(pid)) {
    if (Date.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

// A process that has ended and that nobody has asked about yet is still listed, as a zombie.
function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readProcess(pid, 'status'));
}

function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    // It ended in the meantime.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}
