import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, runCommand } from './command.ts';
import { describeInstall, installTarballs, pack, type Tarball } from './install.ts';
import { tryCollector } from './try-collector.ts';
import { tryDetectors, trySdk } from './try-library.ts';

/**
 * Checks the packages as their users get them: built, packed, linted, installed from the tarballs into an empty
 * folder and used there, by plain Node. Prints a line for each package; exits 1 when one is not fit to publish.
 */
interface PublishedPackage {
  readonly name: string;
  readonly folder: string;
  /** Whether anybody imports it; the rest is run or read. */
  readonly is_library: boolean;
  /** Uses it in a project where all of them are installed. @throws Error that says what does not work */
  use?(project: string): Promise<void>;
}

const packages: readonly PublishedPackage[] = [
  { name: '@sextant/sdk', folder: 'sdk', is_library: true, use: trySdk },
  { name: '@sextant/detectors', folder: 'detectors', is_library: true, use: tryDetectors },
  // Queries and page; they are tried through the collector.
  { name: '@sextant/dashboards', folder: 'dashboards', is_library: false },
  { name: '@sextant/collector', folder: 'collector', is_library: false, use: tryCollector },
];

const folder = await mkdtemp(join(tmpdir(), 'sextant-package-'));
try {
  const failed = await checkPackages(folder);
  process.exitCode = failed > 0 ? 1 : 0;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** @returns how many packages are not fit to publish */
async function checkPackages(work_folder: string): Promise<number> {
  console.log('Building.');
  await runCommand('npm', ['run', 'build'], root);
  const packed = await Promise.all(
    packages.map(async (one): Promise<PackedPackage> => {
      return { ...one, tarball: await pack(join(root, one.folder), work_folder), problems: [] };
    }),
  );
  console.log('Linting the packages.');
  await Promise.all(packed.map((one) => collectProblem(one, () => lint(one))));
  console.log('Installing them.');
  const tarballs = packed.map(({ tarball }) => tarball.path);
  const project = await installTarballs(join(work_folder, 'project'), tarballs);
  console.log(`The collector installs as ${await describeInstall(project)}.`);
  for (const one of packed) await collectProblem(one, async () => one.use?.(project));
  report(packed);
  return packed.filter(({ problems }) => problems.length > 0).length;
}

interface PackedPackage extends PublishedPackage {
  readonly tarball: Tarball;
  readonly problems: string[];
}

async function lint({ is_library, tarball }: PackedPackage): Promise<void> {
  await runCommand('publint', ['--strict', tarball.path], root);
  if (is_library) await runCommand('attw', [tarball.path, '--profile', 'esm-only', '--no-color'], root);
}

async function collectProblem({ problems }: PackedPackage, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
}

function report(packed: readonly PackedPackage[]): void {
  for (const { name, problems } of packed)
    for (const problem of problems) console.error(`${name}: ${problem}`);
  for (const { name, problems, tarball } of packed) {
    const outcome = problems.length === 0 ? 'ok    ' : 'FAILED';
    console.log(`${name.padEnd(20)} ${outcome} ${tarball.description}`);
  }
}
