import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** The house rules that a linter does not know. Each says path:line. */

const root = fileURLToPath(new URL('..', import.meta.url));
const rooms = ['sdk', 'collector', 'detectors', 'dashboards', 'examples', 'test'];

interface SourceFile {
  readonly path: string;
  readonly lines: readonly string[];
}

const files: SourceFile[] = rooms
  .flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((name) => `${room}/${name}`),
  )
  .filter((path) => /\.(ts|tsx|sql|css)$/.test(path) && !/(^|\/)(node_modules|dist)\//.test(path))
  .map((path) => ({ path, lines: readFileSync(join(root, path), 'utf8').trimEnd().split('\n') }));

const sources = files.filter(({ path }) => /^(sdk|collector|detectors)\/src\/.*\.ts$/.test(path));

function find(wanted: readonly SourceFile[], pattern: RegExp): string[] {
  return wanted.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
}

/** Module specifiers of a file with the line they stand on; a snippet in a template literal imports nothing. */
function importsOf({ lines }: SourceFile): { specifier: string; line: number }[] {
  const code = lines.join('\n').replace(/(?<=[=:(,]\s*)`[^`]*`/g, (text) => text.replace(/[^\n]/g, ''));
  return code.split('\n').flatMap((text, index) => {
    const specifier = /(?:from|import)\s*\(?\s*'([^']+)'/.exec(text)?.[1];
    return specifier ? [{ specifier, line: index + 1 }] : [];
  });
}

interface PackageLock {
  readonly packages: Readonly<Record<string, { link?: boolean; integrity?: string; resolved?: string }>>;
}

describe('tidy', () => {
  it('sees the files it is to check', () => {
    for (const room of rooms)
      expect(files.filter(({ path }) => path.startsWith(`${room}/`)).length, room).toBeGreaterThan(2);
    expect(sources.length).toBeGreaterThan(80);
    expect(sources.flatMap(importsOf).length).toBeGreaterThan(200);
  });

  it('imports along the arrows only', () => {
    // detectors → nothing of ours · sdk → nothing of ours · collector → detectors, sdk/semconv · nobody → collector
    const allowed: Record<string, RegExp> = {
      detectors: /^$/,
      sdk: /^$/,
      collector: /^@sextant\/(detectors|sdk\/semconv|dashboards\/package\.json)$/,
      dashboards: /^$/,
      examples: /^@sextant\/sdk$/,
      test: /^@sextant\//,
    };
    const wrong = files.flatMap((file) => {
      const room = file.path.split('/', 1)[0] as string;
      return importsOf(file).flatMap(({ specifier, line }) => {
        const where = `${file.path}:${line}: ${specifier}`;
        if (specifier.startsWith('@sextant/')) return allowed[room]?.test(specifier) ? [] : [where];
        if (!specifier.startsWith('.')) return [];
        const target = relative(root, resolve(root, dirname(file.path), specifier));
        return room === 'test' || target.startsWith(`${room}/`) ? [] : [where];
      });
    });
    expect(wrong).toEqual([]);
  });

  it('keeps the process out of everything but main.ts', () => {
    const others = sources.filter(
      ({ path }) => path !== 'collector/src/main.ts' && path !== 'sdk/src/options.ts',
    );
    expect(find(others, /\bprocess\.(env|exit|on|argv|stdout|stderr)\b/)).toEqual([]);
    expect(find(sources, /(?<![\w-])console\./)).toEqual([]);
  });

  it('has no mutable state in modules', () => {
    expect(
      find(
        sources.filter(({ path }) => path !== 'collector/src/main.ts'),
        /^(export )?(let|var) /,
      ),
    ).toEqual([]);
  });

  it('has nothing left over', () => {
    const others = files.filter(({ path }) => path !== 'test/tidy.test.ts');
    expect(find(others, /\b(TODO|FIXME|XXX)\b/)).toEqual([]);
    expect(find(others, /\b(it|test|describe)\.(skip|only|todo)\b/)).toEqual([]);
    expect(find(others, /@ts-(ignore|nocheck|expect-error)|biome-ignore/)).toEqual([]);
    expect(find(others, /catch\s*(\([^)]*\))?\s*\{\s*\}/)).toEqual([]);
  });

  it('tells one story a file', () => {
    const long = files.filter(
      ({ path, lines }) => /\.tsx?$/.test(path) && lines.length > (path.startsWith('test/') ? 600 : 400),
    );
    expect(long.map(({ path, lines }) => `${path}: ${lines.length} lines`)).toEqual([]);
  });

  it('lets the flow stand in one file under 60 lines', () => {
    const pipeline = files.find(({ path }) => path === 'collector/src/pipeline.ts');
    expect(pipeline?.lines.length).toBeLessThan(60);
  });

  it.each([
    ['dialects', 'collector/src/normalise/dialects', 'index.ts'],
    ['channels', 'collector/src/alerts/channels', 'index.ts'],
    ['detectors', 'detectors/src/detectors', 'index.ts'],
    ['stores', 'collector/src/stores', 'index.ts'],
    ['providers', 'sdk/src/instrument', 'providers.ts'],
  ])('lists every one of the %s', (_name, folder, list) => {
    const listed = readFileSync(join(root, folder, list), 'utf8');
    const helpers = [
      'index.ts',
      'channel.ts',
      'load.ts',
      'store.ts',
      'schema.ts',
      'table.ts',
      'selection.ts',
      'slices.ts',
      'measured.ts',
      'calls.ts',
      'queries.ts',
      'record-parts.ts',
      'provider.ts',
      'providers.ts',
      'instrument.ts',
    ];
    const members = readdirSync(join(root, folder)).filter((name) => !helpers.includes(name));
    expect(members.length).toBeGreaterThan(0);
    const missing = members.filter(
      (name) => !new RegExp(`'\\./${name.replace('.', '\\.')}[/']`).test(listed),
    );
    expect(missing).toEqual([]);
  });

  it('holds every extension point to a contract suite that is run', () => {
    const tests = files.filter(({ path }) => path.endsWith('.test.ts'));
    for (const name of ['dialect', 'store', 'detector', 'sequential', 'channel']) {
      const users = tests.filter(({ lines }) => lines.some((line) => line.includes(`contracts/${name}.ts`)));
      expect(users.length, name).toBeGreaterThan(0);
    }
  });

  it('knows what every package must contain, and from no registry of one machine', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as PackageLock;
    const packages = Object.entries(lock.packages).filter(
      ([path, { link }]) => path.includes('node_modules/') && !link,
    );
    expect(packages.length).toBeGreaterThan(100);
    expect(packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it('names no path of one machine', () => {
    expect(find(files, /['"`](\/home\/|\/Users\/|\/tmp\/)/)).toEqual([]);
  });
});
