import { toolEnvironment } from '@provisioning/process';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Returns the start time of a process as the system reports it; null where there is no such process (a zombie counts as
 * none). Process ids are reused: only id and start time together identify a process.
 */
export async function processStart(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // The name in brackets may contain any characters, so fields are counted from the closing bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, start] = [fields[0], fields[19]];
    return start === undefined || state === 'Z' || state === 'X' ? null : start;
  }
  const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)], { env: toolEnvironment() }).catch(
    () => ({ stdout: '' }),
  );
  return stdout.trim() === '' ? null : stdout.trim();
}
