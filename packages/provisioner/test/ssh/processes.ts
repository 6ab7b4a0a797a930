import { readFile } from 'node:fs/promises';
import { waitFor } from '@provisioning/test-kit';

/** Whether it runs: a zombie does not. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat !== null && !/\) Z /.test(stat);
}

/** The process ids in a file of a script, one a line. */
export async function pidsIn(path: string): Promise<number[]> {
  const lines = (await readFile(path, 'utf8')).trim().split('\n');
  return lines.filter((line) => line !== '').map(Number);
}

/** Waits until a script has written that many. */
export function pidsOnceIn(path: string, count: number): Promise<number[]> {
  return waitFor(
    async () => {
      const pids = await pidsIn(path).catch((): number[] => []);
      return pids.length >= count ? pids : null;
    },
    { what: `${count} pids in ${path}` },
  ).then((pids) => pids ?? []);
}

export async function living(pids: readonly number[]): Promise<number[]> {
  const alive = await Promise.all(pids.map(isAlive));
  return pids.filter((_, index) => alive[index]);
}
