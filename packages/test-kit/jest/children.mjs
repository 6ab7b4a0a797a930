import { readFileSync, readdirSync } from 'node:fs';

/** The process ids of a process's children; empty where the system has no /proc. */
export function childrenOf(pid) {
  return orElse(() => readdirSync('/proc'), [])
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      const stat = orElse(() => readFileSync(`/proc/${name}/stat`, 'utf8'), '');
      // The name of the program, in brackets, may contain any characters.
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
    })
    .map(Number);
}

/** Sends a signal to a process that may have ended meanwhile. */
export function signal(pid, name) {
  orElse(() => process.kill(pid, name), false);
}

function orElse(act, otherwise) {
  try {
    return act();
  } catch {
    return otherwise;
  }
}
