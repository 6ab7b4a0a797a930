import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';

const SITE = fileURLToPath(new URL('../../packages/console/dist/site/', import.meta.url));

/** An entry of Vite's manifest. */
interface Chunk {
  file: string;
  src?: string;
  isEntry?: boolean;
  imports?: string[];
  dynamicImports?: string[];
  css?: string[];
}
type Manifest = Record<string, Chunk>;

/** In kB of 1,000 bytes, compressed with gzip. */
const BUDGET = {
  signIn: 130,
  firstPage: 190,
  firstPageStyles: 15,
  graph: 60,
  editor: 160,
  page: 25,
  total: 600,
};

const manifest = JSON.parse(readFileSync(join(SITE, '.vite/manifest.json'), 'utf8')) as Manifest;
const sizes = new Map<string, number>();

function sizeOf(file: string): number {
  const known = sizes.get(file);
  if (known !== undefined) return known;
  const size = gzipSync(readFileSync(join(SITE, file))).length / 1_000;
  sizes.set(file, size);
  return size;
}

/** The keys of a chunk and of all that it imports before it runs. */
function wholeOf(key: string, found = new Set<string>()): Set<string> {
  if (found.has(key)) return found;
  found.add(key);
  for (const each of manifest[key]?.imports ?? []) wholeOf(each, found);
  return found;
}

const entry = Object.keys(manifest).find((key) => manifest[key]?.isEntry) ?? '';
const keyOf = (source: string) => {
  const key = Object.keys(manifest).find((each) => manifest[each]?.src?.endsWith(source));
  if (key === undefined) throw new Error(`The build has no chunk for ${source}.`);
  return key;
};

/** The scripts that are loaded for these sources, largest first. @param loaded the sources whose chunks are there already */
function scriptsOf(sources: readonly string[], loaded: readonly string[] = []) {
  const before = new Set(loaded.flatMap((source) => [...wholeOf(keyOf(source))]));
  const keys = new Set([
    ...(loaded.length === 0 ? wholeOf(entry) : []),
    ...sources.flatMap((source) => [...wholeOf(keyOf(source))]),
  ]);
  const files = [...keys].filter((key) => !before.has(key)).map((key) => manifest[key]?.file ?? '');
  return files.map((file) => ({ file, size: sizeOf(file) })).sort((a, b) => b.size - a.size);
}

function expectWithin(chunks: readonly { file: string; size: number }[], budget: number): void {
  const sum = chunks.reduce((total, { size }) => total + size, 0);
  const largest = chunks.slice(0, 4).map(({ file, size }) => `${file} ${size.toFixed(1)} kB`);
  const verdict =
    sum <= budget ? 'within' : `${sum.toFixed(1)} kB of ${budget} kB. The largest: ${largest.join(', ')}`;
  expect(verdict).toBe('within');
}

const SIGN_IN = 'pages/sign-in/sign-in-page.tsx';
const FRAME = 'app/app-frame.tsx';
/** What is there once a user has signed in. */
const FIRST = [FRAME, 'pages/tasks/task-list.tsx'];

describe('what a browser loads of the console', () => {
  it('stays small for the sign-in page', () => expectWithin(scriptsOf([SIGN_IN]), BUDGET.signIn));

  it('stays small for the first page after it, scripts and styles', () => {
    expectWithin(scriptsOf(FIRST), BUDGET.firstPage);
    const keys = new Set([...wholeOf(entry), ...FIRST.flatMap((source) => [...wholeOf(keyOf(source))])]);
    const styles = [...new Set([...keys].flatMap((key) => manifest[key]?.css ?? []))];
    expectWithin(
      styles.map((file) => ({ file, size: sizeOf(file) })),
      BUDGET.firstPageStyles,
    );
  });

  it('adds the graph and the editor only where they are shown', () => {
    const batch = 'pages/batches/batch-page.tsx';
    const graph = 'features/graph/graph-view.tsx';
    expectWithin(scriptsOf([batch, graph], FIRST), BUDGET.graph);
    const compose = 'pages/batches/compose-page.tsx';
    expectWithin(scriptsOf(['features/compose/composer.tsx'], [...FIRST, compose, graph]), BUDGET.editor);
  });

  const pages = Object.values(manifest).flatMap(({ src = '' }) => (/^src\/pages\//.test(src) ? [src] : []));
  it.each(pages.filter((src) => src !== `src/${SIGN_IN}`))('adds little for %s', (src) =>
    expectWithin(scriptsOf([src], FIRST), BUDGET.page),
  );

  it('stays small altogether', () => {
    const files = [...new Set(Object.values(manifest).map(({ file }) => file))];
    expectWithin(
      files.map((file) => ({ file, size: sizeOf(file) })),
      BUDGET.total,
    );
  });
});

describe('the image of the orchestrator', () => {
  const read = (path: string) => readFileSync(join(SITE, '../../../..', path), 'utf8');
  const manifestOf = (path: string) =>
    JSON.parse(read(`${path}/package.json`)) as { files: string[]; dependencies: Record<string, string> };

  it('carries the built console: it is built, deployed with the service and not removed', () => {
    const dockerfile = read('deploy/Dockerfile');
    expect(dockerfile).toContain('pnpm run build');
    expect(dockerfile).toMatch(/pnpm .*--prod .*\\\n\s+deploy "\/app\/services\/\$service"/);
    expect(dockerfile).toContain(
      'COPY --from=production /app/services/orchestrator /app/services/orchestrator',
    );
    expect(manifestOf('services/orchestrator').dependencies).toHaveProperty('@provisioning/console');
    expect(manifestOf('packages/console').files).toEqual(['dist/site']);
    const removed = [...dockerfile.matchAll(/rm -rf (.+?)(?: \\)?$/gm)].map(([, paths]) => paths);
    expect(removed.join(' ')).not.toMatch(/dist|site|console/);
  });
});
