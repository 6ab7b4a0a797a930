import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repository } from './paths.mjs';
import { step } from './step.mjs';
import { nothingIsBuilt } from './transpile.mjs';

/** TypeScript 7 in Go; the package `typescript` is version 6, which typescript-eslint needs (decision 49). */
export const COMPILER = join(repository, 'node_modules/typescript-native/bin/tsc');
const STAMP = join(repository, 'node_modules', '.built-sources');
const CONSOLE = join(repository, 'packages/console');
const NO_SOURCES = new Set(['node_modules', 'dist', 'coverage', 'test', 'bench']);

/** Compiles the benchmarks, and what they depend on. */
export async function buildBench() {
  await step('Building the benchmarks', [process.execPath, COMPILER, '-b', 'packages/bench']);
}

/**
 * Compiles what has changed; does nothing when no source file has since the last time.
 * @param quick for a start where nothing was built: the types are not checked
 */
export async function build({ quick = false } = {}) {
  const sources = fingerprint();
  const known = existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : '';
  if (known === sources && everythingIsBuilt()) return;
  if (quick && nothingIsBuilt()) {
    const transpiled = `${sources} transpiled`;
    if (known === transpiled) return;
    await step('Building', [process.execPath, fileURLToPath(new URL('transpile.mjs', import.meta.url))]);
    await buildConsole();
    writeFileSync(STAMP, transpiled);
    return;
  }
  await step('Building', [process.execPath, COMPILER, '-b']);
  await buildConsole();
  writeFileSync(STAMP, sources);
}

/** The pages of the console: the compiler checks them, Vite makes them into what browsers load. */
async function buildConsole() {
  const vite = join(CONSOLE, 'node_modules/vite/bin/vite.js');
  // The build may be started by a test: its NODE_ENV must not choose the slow, large build of React.
  const env = { ...process.env, NODE_ENV: 'production' };
  await step('Building the console', [process.execPath, vite, 'build'], { cwd: CONSOLE, env });
}

/** Sizes and times of all sources: cheap, and any edit, checkout or copy changes it. */
function fingerprint() {
  const hash = createHash('sha256');
  const add = (file) => {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  };
  for (const name of ['pnpm-lock.yaml', 'tsconfig.json', 'tsconfig.base.json']) add(join(repository, name));
  for (const folder of ['packages', 'services']) walk(join(repository, folder), add);
  return hash.digest('hex');
}

function walk(folder, visit) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !NO_SOURCES.has(entry.name)) walk(path, visit);
    else if (entry.isFile() && !entry.name.endsWith('.test.ts')) visit(path);
  }
}

function everythingIsBuilt() {
  const { references } = JSON.parse(readFileSync(join(repository, 'tsconfig.json'), 'utf8'));
  return (
    existsSync(join(CONSOLE, 'dist/site/index.html')) &&
    references.every(({ path }) => existsSync(join(repository, path, 'dist/.tsbuildinfo')))
  );
}
