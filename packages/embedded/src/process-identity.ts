import { toolEnvironment } from '@provisioning/process';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * When a process started, as the system tells it; null where there is none of that id (a zombie counts as none).
 * Process ids are used again: only id and start time together name a process.
 */
export async function processStart(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // The name in brackets may contain anything, so fields are counted from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, start] = [fields[0], fields[19]];
    return start === undefined || state === 'Z' || state === 'X' ? null : start;
  }
  const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)], { env: toolEnvironment() }).catch(
    () => ({ stdout: '' }),
  );
  return stdout.trim() === '' ? null : stdout.trim();
}
