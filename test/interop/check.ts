/** Something that must hold between a peer and Sextant. Throws, with what was seen, when it does not. */
export interface Check {
  readonly name: string;
  run(): Promise<void>;
}

/** Software that others wrote: it sends to Sextant, or Sextant to it. */
export interface Peer {
  readonly name: string;
  /** Installs it. Throws, with what is missing on the machine, when it cannot. */
  install(): Promise<void>;
  readonly checks: readonly Check[];
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** Runs every check of a peer, one after the other, and prints a line for each. */
export async function runChecks(peer: Peer): Promise<Tally> {
  const installed = await runOne(peer, { name: 'installs', run: peer.install });
  // What is not there fails every check: a machine without the toolchain must not look like a good one.
  if (!installed) return { passed: 0, failed: 1 + peer.checks.length };
  let passed = 1;
  for (const check of peer.checks) if (await runOne(peer, check)) passed += 1;
  return { passed, failed: 1 + peer.checks.length - passed };
}

async function runOne({ name }: Peer, check: Check): Promise<boolean> {
  const started_ms = Date.now();
  const report = (outcome: string) =>
    console.log(`${outcome} ${name}: ${check.name} (${((Date.now() - started_ms) / 1000).toFixed(1)} s)`);
  try {
    await check.run();
    report('ok    ');
    return true;
  } catch (error) {
    report('FAILED');
    console.log(error instanceof Error ? error.message : error);
    return false;
  }
}
