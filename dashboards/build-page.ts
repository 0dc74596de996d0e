import { existsSync, rmSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const folder = fileURLToPath(new URL('web', import.meta.url));
const dist = join(folder, 'dist');

// Under any other value Vite would bundle React's slow development build.
process.env['NODE_ENV'] = 'production';
await buildPage({ if_needed: process.argv.includes('--if-needed') });

/**
 * Builds the page into `web/dist`, with compressed copies of its files for the collector to serve.
 * With `if_needed`, does nothing while the last build is newer than every source.
 */
async function buildPage({ if_needed }: { if_needed: boolean }): Promise<void> {
  if (if_needed && (await isCurrent())) return;
  console.error('Building the page.');
  // Built beside and moved into place: whoever serves the page meanwhile sees the old one or the new one.
  const fresh = `${dist}.${process.pid}`;
  removeWhenInterrupted(fresh);
  try {
    await runVite(fresh);
    await compressAssets(join(fresh, 'assets'));
    await replaceFolder(dist, fresh);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Ctrl-C during a build leaves nothing behind either. */
function removeWhenInterrupted(path: string): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      rmSync(path, { recursive: true, force: true });
      process.exit(130);
    });
  }
}

async function isCurrent(): Promise<boolean> {
  const page = join(dist, 'index.html');
  if (!existsSync(page)) return false;
  const built_ms = (await stat(page)).mtimeMs;
  const sources = [
    ...(await filesIn(join(folder, 'src'))),
    join(folder, 'index.html'),
    fileURLToPath(import.meta.url),
    fileURLToPath(new URL('package.json', import.meta.url)),
  ];
  const times_ms = await Promise.all(sources.map(async (file) => (await stat(file)).mtimeMs));
  return Math.max(...times_ms) < built_ms;
}

async function runVite(out_folder: string): Promise<void> {
  const { build } = await import('vite');
  const { default: react } = await import('@vitejs/plugin-react');
  await build({
    root: folder,
    configFile: false,
    logLevel: 'warn',
    plugins: [react()],
    build: {
      outDir: out_folder,
      emptyOutDir: true,
      target: 'es2023',
      // The first browsers that know light-dark(): older targets would have it rewritten.
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
      // Everything comes from a file of its own: the content security policy allows nothing inline.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  });
}

async function compressAssets(assets: string): Promise<void> {
  const files = (await filesIn(assets)).filter((file) => /\.(js|css|svg)$/.test(file));
  await Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(file);
      await writeFile(`${file}.gz`, await promisify(gzip)(bytes, { level: 9 }));
      await writeFile(
        `${file}.br`,
        await promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
      );
    }),
  );
}

/** Another build of the same sources may do the same at the same time: whichever comes first stays. */
async function replaceFolder(target: string, fresh: string): Promise<void> {
  const old = `${fresh}.old`;
  await rename(target, old).catch(ignoring('ENOENT'));
  await rename(fresh, target).catch(ignoring('ENOTEMPTY', 'EEXIST'));
  await rm(old, { recursive: true, force: true });
}

function ignoring(...codes: readonly string[]): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (!codes.includes(error.code ?? '')) throw error;
  };
}

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
