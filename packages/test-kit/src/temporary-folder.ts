import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of a test. */
export interface TemporaryFolder {
  path: string;
  remove(): Promise<void>;
}

/** A new empty folder; `remove()` it at the end. */
export async function temporaryFolder(purpose: string): Promise<TemporaryFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), `provisioning-test-${purpose}-`)));
  // mkdtemp makes it private: servers that run as another user could not reach their files below.
  await chmod(path, 0o755);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
