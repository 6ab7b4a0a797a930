import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkBuild } from '../jest/check-build.mjs';
import { temporaryFolder, type TemporaryFolder } from '../src/index.js';

const EARLIER = new Date('2026-01-01T10:00:00Z');
const BUILT = new Date('2026-01-01T11:00:00Z');
const LATER = new Date('2026-01-01T12:00:00Z');

let checkout: TemporaryFolder;

async function write(path: string, time: Date, text = ''): Promise<void> {
  const file = join(checkout.path, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
  await utimes(file, time, time);
}

beforeEach(async () => {
  checkout = await temporaryFolder('build');
  await write('tsconfig.json', EARLIER, JSON.stringify({ references: [{ path: 'packages/a' }] }));
  await write('packages/a/src/index.ts', EARLIER);
});
afterEach(() => checkout.remove());

describe('the check of the build', () => {
  it('passes when every source is older than the build', async () => {
    await write('packages/a/dist/.tsbuildinfo', BUILT);
    await expect(checkBuild(checkout.path)).resolves.toBeUndefined();
  });

  it('fails when a source is newer, and names the source and the command to run', async () => {
    await write('packages/a/dist/.tsbuildinfo', BUILT);
    await write('packages/a/src/deep/changed.ts', LATER);
    await expect(checkBuild(checkout.path)).rejects.toThrow(
      /^The build of packages\/a is older than packages\/a\/src\/deep\/changed\.ts\. Run "npm run build" first/,
    );
  });

  it('fails when a package is not built', async () => {
    await expect(checkBuild(checkout.path)).rejects.toThrow(
      /^packages\/a is not built\. Run "npm run build"/,
    );
  });

  it('does not compare what the build does not read', async () => {
    await write('packages/a/dist/.tsbuildinfo', BUILT);
    await write('packages/a/src/index.test.ts', LATER);
    await write('packages/a/test/fixture.ts', LATER);
    await write('packages/a/README.md', LATER);
    await expect(checkBuild(checkout.path)).resolves.toBeUndefined();
  });
});
