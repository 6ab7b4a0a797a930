import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asDataDirFailure } from './data-dir/data-dir-failure.js';
import { explain } from './main.js';
import { run } from './run.js';
import { Terminal } from './terminal/terminal.js';

describe('a start whose data directory cannot be written', () => {
  let folder: string;
  let dataDir: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'launcher-run-'));
    dataDir = join(folder, '.data');
    await mkdir(dataDir);
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** The output that the user sees. */
  const shown = () =>
    run({
      repository: folder,
      options: { demo: false, exit: false, verbose: false, help: false },
      requests: {
        stop: new AbortController().signal,
        hurry: new AbortController().signal,
        release: () => undefined,
      },
      terminal: new Terminal({ write: () => undefined }, { verbose: false }),
    }).then(() => 'started', explain);

  it('reports in a sentence that the disk is full, and leaves no partial lock', async () => {
    // Every write to this device fails for lack of space.
    const draft = `launcher.lock.${process.pid}.own.${process.pid}`;
    await symlink('/dev/full', join(dataDir, draft));
    expect(await shown()).toBe(
      `The data directory ${dataDir} cannot be written: its disk is full (ENOSPC). ` +
        'Free some space and start again, or set PROVISIONING_DATA_DIR to a folder on another disk.',
    );
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('reports in a sentence that a file has the name of the folder', async () => {
    await writeFile(join(dataDir, 'run'), '');
    expect(await shown()).toMatch(
      /^The data directory .* cannot be written: a file exists in place of a folder/,
    );
  });

  it.each([
    ['of another folder', { code: 'ENOSPC', syscall: 'open', path: '/elsewhere/file' }],
    ['of a port', { code: 'EACCES', syscall: 'listen' }],
    ['that is not known', { code: 'EMFILE', syscall: 'open' }],
  ])('leaves an error %s as it is', (_what, properties) => {
    const error = Object.assign(new Error('x'), properties);
    expect(asDataDirFailure(error, dataDir)).toBe(error);
  });
});
