import { readFileSync, readlinkSync } from 'node:fs';
import { WORKER_COOKIE } from '../../src/execution/command.js';
import { findByCookie, processIds } from '../../src/execution/processes.js';

/** Pids of the spawners of a worker's executor. */
export function spawnersOf(workerId: string): number[] {
  return findByCookie(WORKER_COOKIE, workerId).filter((pid) => runs(pid, 'spawner.js'));
}

/** Pids of the driver hosts of the workers with this data directory, in which they have their working directories. */
export function driverHostsIn(dataDir: string): number[] {
  return processIds().filter((pid) => runs(pid, 'driver-host.js') && folderOf(pid).startsWith(`${dataDir}/`));
}

function runs(pid: number, script: string): boolean {
  return read(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).includes(`/${script}\0`);
}

function folderOf(pid: number): string {
  return read(() => readlinkSync(`/proc/${pid}/cwd`));
}

/** Empty for a process that has ended in the meantime. */
function read(look: () => string): string {
  try {
    return look();
  } catch {
    return '';
  }
}
