import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder, waitFor } from '@provisioning/test-kit';
import { testPlatform, type TestPlatform } from '../support/platform.js';

const LINES = ['one', 'two', 'three', 'four', 'five', 'six'];
/** Half a page each, so that a disk with a page of space takes the first of them. */
const PRINT = LINES.map((line) => `printf '${line} %02000d\\n' 0`).join('; ');

let platform: TestPlatform;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
/** Whether this run may mount a disk: root may, outside of most containers. */
let mounted = false;

beforeAll(async () => {
  platform = await testPlatform();
  folder = await temporaryFolder('log-disk');
  const disk = join(folder.path, 'disk');
  mkdirSync(disk);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0777', 'tmpfs', disk]);
  mounted = status === 0;
  await platform.startWorker({ LOG_DIR: disk });
});
afterAll(async () => {
  await platform.stop();
  if (mounted) spawnSync('umount', [join(folder.path, 'disk')]);
  await folder.remove();
});

const disk = () => join(folder.path, 'disk');

async function logOf(id: string): Promise<string[]> {
  const lines = await platform.store.logs(id, { after: -1, limit: 100, search: undefined });
  return lines.map(({ text }) => text);
}

/** Leaves so many bytes free. */
function fill(room: number): string {
  const ballast = join(disk(), 'ballast');
  const { bavail, bsize } = statfsSync(disk());
  writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - room)));
  return ballast;
}

describe('LOG_DIR', () => {
  it('holds a command’s output until its lines are in the database', async () => {
    const go = join(folder.path, 'go');
    const id = await platform.submit(`echo printed; until [ -e '${go}' ]; do sleep 0.1; done`);
    await waitFor(() => readdirSync(join(disk(), 'worker-0')).some((name) => name.endsWith('.log')));
    writeFileSync(go, '');
    const task = await platform.ended(id);
    expect(task).toMatchObject({ status: 'Completed', output: 'printed\n' });
    await waitFor(() => readdirSync(join(disk(), 'worker-0')).length === 0);
  });

  it('is full: the log and the output of the task say where lines may be missing, and why', async () => {
    // Where nothing can be mounted, this disk cannot be filled; log-disk.test.ts covers the rest.
    if (!mounted) return;
    const ballast = fill(4096);
    const id = await platform.submit(PRINT);
    const task = await platform.ended(id);
    const log = await logOf(id);
    expect(log.filter((line) => LINES.some((name) => line.startsWith(name))).length).toBeLessThan(
      LINES.length,
    );
    expect(log.at(-1)).toContain('lines may be missing from here on: the disk of the log is full');
    expect(task.output).toContain('lines may be missing here: the disk of the log was full');
    rmSync(ballast);
    const next = await platform.submit('echo whole');
    expect((await platform.ended(next)).output).toBe('whole\n');
    expect(await logOf(next)).toEqual(['whole']);
  });

  it('is removed with its worker', async () => {
    const other = await platform.startWorker({ WORKER_SLOT: '1', LOG_DIR: disk() });
    expect(existsSync(join(disk(), 'worker-1'))).toBe(true);
    await other.stop();
    await waitFor(() => !existsSync(join(disk(), 'worker-1')));
  });
});
