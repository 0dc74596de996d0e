import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.ts';

export interface Tarball {
  readonly path: string;
  /** Files and sizes, in words. */
  readonly description: string;
}

/** Packs a package as publishing it would. */
export async function pack(package_folder: string, into: string): Promise<Tarball> {
  const printed = await runCommand('npm', ['pack', '--json', '--pack-destination', into], package_folder);
  const answer = JSON.parse(printed) as PackedPackage[] | Record<string, PackedPackage>;
  const [packed] = Object.values(answer);
  if (!packed) throw new Error(`npm pack said nothing about ${package_folder}.`);
  const { filename, entryCount, size, unpackedSize } = packed;
  return {
    path: join(into, filename),
    description: `${entryCount} files, ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked`,
  };
}

interface PackedPackage {
  readonly filename: string;
  readonly entryCount: number;
  readonly size: number;
  readonly unpackedSize: number;
}

/** Makes a project that has the packages and nothing else. */
export async function installTarballs(project: string, tarballs: readonly string[]): Promise<string> {
  await mkdir(project, { recursive: true });
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await runCommand('npm', ['install', '--no-audit', '--no-fund', ...tarballs], project);
  return project;
}

/** How much there is in `node_modules`, in words. */
export async function describeInstall(project: string): Promise<string> {
  const listed = await runCommand('npm', ['ls', '--all', '--parseable'], project);
  const count = new Set(listed.trim().split('\n')).size - 1;
  const entries = await readdir(join(project, 'node_modules'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return `${count} packages, ${(bytes / 1e6).toFixed(1)} MB`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}
