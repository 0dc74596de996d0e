import { spawnSync } from 'node:child_process';

/**
 * The words before a command that make every fdatasync and fsync of it, and of what it starts, take so much longer.
 * A tracer holds the calls back: programs in Go make them without a library, so that replacing one would not reach
 * them. All other calls run as always. Null where there is no strace, or it may not trace.
 */
export function slowSyncs(delay_ms: number): readonly [string, ...string[]] | null {
  const calls = 'fdatasync,fsync';
  const command = [
    'strace',
    // The command stays the direct child, with its own process id and signals.
    '-D',
    ...['-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', '-e', `trace=${calls}`],
    ...['-e', `inject=${calls}:delay_exit=${delay_ms * 1000}`],
  ] as const;
  const [strace, ...options] = command;
  return spawnSync(strace, [...options, 'true']).status === 0 ? command : null;
}
