import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * Processes whose environment contains `NAME=value`: the command and everything it started, including processes in another
 * group or session. Reads /proc; finds nothing on systems without it, where only the process group is known.
 * Source of the idea: Jenkins' ProcessTreeKiller.
 */
export function findByCookie(name: string, value: string): number[] {
  const cookie = `${name}=${value}`;
  return processIds().filter((pid) => {
    try {
      return (
        pid !== process.pid &&
        isAlive(pid) &&
        readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(cookie)
      );
    } catch {
      return false; // ended meanwhile, or not readable
    }
  });
}

/** The ids of all processes; empty on systems without /proc. */
export function processIds(): number[] {
  try {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map(Number);
  } catch {
    return [];
  }
}

/** Whether a process runs. A zombie has ended: it only waits for its parent to read its status, which some never do. */
export function isAlive(pid: number): boolean {
  try {
    return statOf(pid).state !== 'Z';
  } catch {
    return sendSignal(pid, 0) && !existsSync('/proc/self/stat');
  }
}

/** The process group, or undefined when the process has ended. */
export function processGroupOf(pid: number): number | undefined {
  try {
    return statOf(pid).group;
  } catch {
    return undefined;
  }
}

/** proc(5): pid (name) state ppid pgrp …; the name may contain any character, including a parenthesis. */
function statOf(pid: number): { state: string; group: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const [state = '', , group = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state, group: Number(group) };
}

/** Sends `signal` to a process or, with a negative id, to a group. @returns false if it does not exist */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Kills all processes that carry the cookie until none is left; one that forks meanwhile is found in the next pass. */
export async function killByCookie(
  name: string,
  value: string,
  rounds = 50,
): Promise<{ killed: number[]; left: number[] }> {
  const killed = new Set<number>();
  let left = findByCookie(name, value);
  for (let round = 0; left.length > 0 && round < rounds; round++) {
    for (const pid of left) if (sendSignal(pid, 'SIGKILL')) killed.add(pid);
    await new Promise((resolve) => setTimeout(resolve, 20));
    left = findByCookie(name, value);
  }
  return { killed: [...killed], left };
}
