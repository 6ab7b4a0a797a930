// When a process of a test run is killed, its children are not notified. Each of them therefore polls for its parent,
// so that a killed run leaves no servers and no services behind.
import { readFileSync, readdirSync } from 'node:fs';

const LOOK_MS = 1_000;
const parent = process.ppid;

setInterval(() => {
  if (process.ppid === parent) return;
  for (const child of childrenOf(process.pid)) kill(child);
  process.exit(1);
}, LOOK_MS).unref();

/** Empty where the system has no /proc. */
function childrenOf(pid) {
  return read(() => readdirSync('/proc'), [])
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      const stat = read(() => readFileSync(`/proc/${name}/stat`, 'utf8'), '');
      // The name of the program, in brackets, may contain any characters.
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
    })
    .map(Number);
}

function kill(pid) {
  read(() => process.kill(pid, 'SIGKILL'), false);
}

/** Returns `otherwise` where the process has ended meanwhile. */
function read(look, otherwise) {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
