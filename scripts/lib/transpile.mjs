import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from './paths.mjs';

/** Folders of a package that its build does not read. */
const NO_SOURCES = new Set(['node_modules', 'dist', 'test', 'coverage']);

/**
 * Writes the JavaScript of the packages of tsconfig.json without checking any types: a second instead of a minute, for a
 * first start. Every file can be compiled alone (`isolatedModules`, `verbatimModuleSyntax`), so that the result does what
 * that of the compiler does. No package gets a `.tsbuildinfo`: the next build compiles all of them, and the tests
 * refuse such a build.
 */
async function transpile() {
  const require = createRequire(join(repository, 'package.json'));
  const { transformFile } = await import(pathToFileURL(require.resolve('@swc/core')).href);
  const { references } = JSON.parse(readFileSync(join(repository, 'tsconfig.json'), 'utf8'));
  for (const { path } of references) {
    const folder = join(repository, path);
    const { compilerOptions } = JSON.parse(readFileSync(join(folder, 'tsconfig.json'), 'utf8'));
    // Another program makes the JavaScript of such a package.
    if (compilerOptions.emitDeclarationOnly) continue;
    const root = join(folder, compilerOptions.rootDir);
    const dist = join(folder, compilerOptions.outDir);
    await Promise.all(
      sourcesIn(root).map(async (source) => {
        const { code } = await transformFile(source, {
          configFile: false,
          swcrc: false,
          jsc: {
            target: 'es2022',
            parser: { syntax: 'typescript', tsx: source.endsWith('x') },
            transform: { verbatimModuleSyntax: true },
          },
          module: { type: 'es6' },
        });
        const target = join(dist, source.slice(root.length)).replace(/\.tsx?$/, '.js');
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, code);
      }),
    );
  }
}

if (process.argv[1] === import.meta.filename) await transpile();

/** Whether no package was ever built. */
export function nothingIsBuilt() {
  const { references } = JSON.parse(readFileSync(join(repository, 'tsconfig.json'), 'utf8'));
  return references.every(({ path }) => !existsSync(join(repository, path, 'dist/.tsbuildinfo')));
}

function sourcesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NO_SOURCES.has(entry.name) ? [] : sourcesIn(path);
    return /\.tsx?$/.test(entry.name) && !/\.(test|d)\.tsx?$/.test(entry.name) ? [path] : [];
  });
}
