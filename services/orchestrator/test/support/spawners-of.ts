import { readFileSync } from 'node:fs';
import { WORKER_COOKIE } from '../../src/execution/command.js';
import { findByCookie } from '../../src/execution/processes.js';

/** Pids of the spawners of a worker's executor. */
export function spawnersOf(workerId: string): number[] {
  return findByCookie(WORKER_COOKIE, workerId).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('/spawner.js\0');
    } catch {
      return false; // ended meanwhile
    }
  });
}
