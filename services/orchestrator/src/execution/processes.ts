import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * Processes whose environment holds `NAME=value`: the command, and everything it started, wherever it went (a group or
 * session of its own included). Reads /proc; finds nothing on systems without it, where the process group is all we have.
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
      return false; // ended meanwhile, or not ours to look at
    }
  });
}

export function processIds(): number[] {
  try {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map(Number);
  } catch {
    return [];
  }
}

/** Whether a process runs. A zombie has ended: it only waits for a parent that asks how, and some never do. */
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

/** proc(5): pid (name) state ppid pgrp …; the name may hold anything, a bracket included. */
function statOf(pid: number): { state: string; group: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const [state = '', , group = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state, group: Number(group) };
}

/** Sends `signal` to a process or, with a negative id, to a group. @returns whether there was anything to send it to. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Kills all that carry the cookie until none is left; a process that forks while being killed is found the next time. */
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
