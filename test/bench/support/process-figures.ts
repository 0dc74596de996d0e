import { readdirSync, readFileSync } from 'node:fs';

/** What the operating system knows of a process and all that descend from it. */
export interface ProcessFigures {
  readonly cpu_s: number;
  readonly resident_mb: number;
  readonly peak_mb: number;
}

/** Linux counts processor time in hundredths of a second for user space (USER_HZ). */
const ticks_per_second = 100;

export function readFigures(pid: number): ProcessFigures {
  const family = descendants(pid);
  const status = family.map((member) => readFileSync(`/proc/${member}/status`, 'utf8'));
  const megabytes = (text: string, name: string) =>
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1] ?? 0) / 1024;
  return {
    cpu_s: sum(family.map(readOwnTime)),
    resident_mb: sum(status.map((text) => megabytes(text, 'VmRSS'))),
    peak_mb: sum(status.map((text) => megabytes(text, 'VmHWM'))),
  };
}

/** Processor time of one process alone, in seconds. */
export function readOwnTime(pid: number): number {
  // The name may hold spaces and parentheses, so fields are counted after the last one.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticks_per_second;
}

function descendants(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      parents.set(Number(name), Number(fields[1]));
    } catch (error) {
      // A process that ended while the list was read has no figures.
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  const family = [root];
  for (const member of family)
    for (const [child, parent] of parents) if (parent === member) family.push(child);
  return family;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
