import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

export interface FoundProcess {
  pid: number;
  command: string;
  folder: string;
  environment: string;
}

/**
 * Every process whose environment names `folder`, whose random name belongs to this run: it finds them regardless of
 * their parents. Processes of the suite get it through PATH, the one variable that even an executor passes on.
 */
export function processesOf(folder: string): FoundProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const environment = readFileSync(`/proc/${name}/environ`, 'utf8');
        if (!environment.includes(folder)) return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(name), command, folder: readlinkSync(`/proc/${name}/cwd`), environment }];
      } catch {
        return []; // ended meanwhile
      }
    });
}

/** Signals a process if it still runs and belongs to this run: its id may have been reused. */
export function signalOurs(folder: string, pid: number, signal: NodeJS.Signals): boolean {
  if (!processesOf(folder).some((found) => found.pid === pid)) return false;
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
