// Many tests start built code: services, the CLI, the launcher. A test of an old build proves nothing about the sources.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
/** Folders of a package that its build reads. */
const SOURCES = ['src', 'migrations'];

/**
 * Throws when a package of `tsconfig.json` is not built, or when one of its sources is newer than its build.
 * @param repository the checkout; this one where absent
 */
export async function checkBuild(repository = REPOSITORY) {
  const { references } = JSON.parse(await readFile(join(repository, 'tsconfig.json'), 'utf8'));
  const faults = await Promise.all(references.map(({ path }) => faultOf(join(repository, path), repository)));
  const [fault] = faults.filter((one) => one !== undefined);
  if (fault === undefined) return;
  throw new Error(
    `${fault} Run "npm run build" first, or start the tests with "npm test" or "npm run test:integration", which build.`,
  );
}

/** Jest's globalSetup of the projects that need no servers. */
export default () => checkBuild();

async function faultOf(folder, repository) {
  const name = relative(repository, folder);
  // The compiler updates the time of this file even when its contents stay the same.
  const built = await stat(join(folder, 'dist/.tsbuildinfo')).catch(() => undefined);
  if (built === undefined) return `${name} is not built.`;
  for (const sources of SOURCES) {
    for await (const file of sourcesIn(join(folder, sources))) {
      if ((await stat(file)).mtimeMs > built.mtimeMs)
        return `The build of ${name} is older than ${relative(repository, file)}.`;
    }
  }
  return undefined;
}

async function* sourcesIn(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sourcesIn(path);
    else if (entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name)) yield path;
  }
}
