import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const REPOSITORY = join(import.meta.dirname, '..');
const STORE = join(REPOSITORY, 'node_modules/.pnpm');

/** Licences that require only attribution. */
const ALLOWED = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Unlicense',
  'CC0-1.0',
  'CC-BY-3.0',
  'CC-BY-4.0',
  'Python-2.0',
  'WTFPL',
  'Zlib',
]);

/** Under MPL-2.0, which covers changed files only: used unchanged to build and to test, and never shipped. */
const UNSHIPPED_TOOLS = /^(axe-core|lightningcss(-[a-z0-9-]+)?)$/;

interface Manifest {
  name: string;
  version: string;
  license?: unknown;
  licenses?: unknown;
}

describe('the dependencies', () => {
  const manifests = installed();

  it('have a licence that is allowed', () => {
    expect(manifests.length).toBeGreaterThan(300);
    const others = manifests
      .filter(
        (manifest) =>
          !isAllowed(licenceOf(manifest)) &&
          !(licenceOf(manifest) === 'MPL-2.0' && UNSHIPPED_TOOLS.test(manifest.name)),
      )
      .map((manifest) => `${manifest.name}@${manifest.version}: ${licenceOf(manifest)}`);
    expect(others).toEqual([]);
  });

  it('are in the list of risky components where they belong, in that exact version', () => {
    const listed = readFileSync(join(REPOSITORY, 'docs/risky-components.md'), 'utf8')
      .split('\n')
      .filter((line) => /^\| [a-z]/.test(line) && !line.startsWith('| component'))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, name = '', version = '']) => `${name}@${version}`);
    expect(listed.length).toBeGreaterThan(0);
    const versions = new Set(manifests.map(({ name, version }) => `${name}@${version}`));
    expect(listed.filter((component) => !versions.has(component))).toEqual([]);
  });

  it('run no script when they are installed, and are some days old', () => {
    const workspace = readFileSync(join(REPOSITORY, 'pnpm-workspace.yaml'), 'utf8');
    expect(workspace).not.toMatch(/^ {2}\S+: true$/m);
    expect(Number(/^minimumReleaseAge: (\d+)$/m.exec(workspace)?.[1])).toBeGreaterThanOrEqual(4 * 24 * 60);
  });

  it('are named in the manifests with exact versions', () => {
    const loose = ownManifests().flatMap(({ path, dependencies }) =>
      Object.entries(dependencies)
        .filter(([, version]) => !/^(workspace:\*|(npm:[\w@/-]+@)?\d+\.\d+\.\d+(-[\w.]+)?)$/.test(version))
        .map(([name, version]) => `${path}: ${name} ${version}`),
    );
    expect(loose).toEqual([]);
  });
});

it('the context of the images has every file that their build runs', () => {
  const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
    scripts: { build: string };
  };
  const first = /\bscripts\/\S+/.exec(scripts.build)![0];
  const context = readFileSync(join(REPOSITORY, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  const missing = [first, ...importsOf(first)].filter(
    (file) => !context.some((path) => file === path || file.startsWith(`${path}/`)),
  );
  expect(missing).toEqual([]);
});

/** The files of the repository that a script imports, and what they import, by their paths in it. */
function importsOf(script: string, known = new Set<string>()): Set<string> {
  const source = readFileSync(join(REPOSITORY, script), 'utf8');
  for (const [, path] of source.matchAll(/from '(\.[^']+)'/g)) {
    const file = join(dirname(script), path!);
    if (known.has(file)) continue;
    known.add(file);
    importsOf(file, known);
  }
  return known;
}

/** Every package of the lockfile that is installed on this machine. */
function installed(): Manifest[] {
  const found = new Map<string, Manifest>();
  for (const entry of readdirSync(STORE)) {
    const modules = join(STORE, entry, 'node_modules');
    if (!existsSync(modules)) continue;
    const own = /^(?:(@[^+]+)\+)?([^@]+)@/.exec(entry);
    if (!own) continue;
    const path = join(modules, own[1] ?? '', own[2]!, 'package.json');
    if (!existsSync(path)) continue;
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
    found.set(`${manifest.name}@${manifest.version}`, manifest);
  }
  return [...found.values()].filter(({ name }) => !name.startsWith('@provisioning/'));
}

function licenceOf({ license, licenses }: Manifest): string {
  const stated = license ?? (Array.isArray(licenses) ? licenses[0] : licenses);
  if (typeof stated === 'string') return stated;
  return (stated as { type?: string } | undefined)?.type ?? 'none';
}

/** `A OR B`: one is enough. `A AND B`: both. */
function isAllowed(expression: string): boolean {
  const plain = expression
    .replaceAll(/[()]/g, '')
    .replaceAll(/\s+and\s+/gi, ' AND ')
    .replaceAll(/\s+or\s+/gi, ' OR ');
  return plain
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((name) => ALLOWED.has(name.trim())));
}

function ownManifests(): { path: string; dependencies: Record<string, string> }[] {
  const folders = ['packages', 'services'].flatMap((group) =>
    readdirSync(join(REPOSITORY, group)).map((name) => join(group, name)),
  );
  return ['.', 'tests', ...folders]
    .map((folder) => join(folder, 'package.json'))
    .filter((path) => existsSync(join(REPOSITORY, path)))
    .map((path) => {
      const { dependencies, devDependencies } = JSON.parse(
        readFileSync(join(REPOSITORY, path), 'utf8'),
      ) as Record<string, Record<string, string> | undefined>;
      return { path, dependencies: { ...dependencies, ...devDependencies } };
    });
}
