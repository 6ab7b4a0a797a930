import { existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { cpus } from 'node:os';
import { isAlive, processIds } from '../processes.js';
import { inRange, type PidRange, type PidSource } from './pid-clock.js';

/** Up to this many ids are read one by one, which is cheaper than a list of all processes. */
const MAX_ASKED = 48;

/** proc(5): the fifth field of `loadavg` is the id of the process or thread that was started last. */
export function pidSource(now: () => number): PidSource {
  const fd = openOrNot('/proc/loadavg');
  const buffer = Buffer.alloc(128);
  return {
    lastPid() {
      if (fd === undefined) return undefined;
      const line = buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0));
      // Some sandboxes always return 0.
      return Number(line.split(' ')[4]) || undefined;
    },
    now,
    maxPid: maxPid(),
    cores: cpus().length || 1,
  };
}

function openOrNot(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}

function maxPid(): number {
  try {
    return Number(readFileSync('/proc/sys/kernel/pid_max', 'latin1'));
  } catch {
    return 0;
  }
}

/** The processes with an id of the range; all without a range. Threads may be among them. */
export function processesIn(range: PidRange | undefined): number[] {
  if (range === undefined) return processIds();
  if (range.count === 0) return [];
  if (range.count > MAX_ASKED || range.upTo < range.after)
    return processIds().filter((pid) => inRange(pid, range));
  return Array.from({ length: range.count }, (_, index) => range.after + 1 + index).filter((pid) =>
    existsSync(`/proc/${pid}`),
  );
}

/**
 * The value of a variable in the environment of a process. `unclear`: it runs without an environment, as in the middle of
 * an exec.
 */
export function variableOf(pid: number, name: string): string | undefined | 'unclear' {
  let environment: string;
  try {
    environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return undefined; // ended meanwhile, or not readable
  }
  if (environment === '') return isAlive(pid) ? 'unclear' : undefined;
  const start = `\0${environment}`.indexOf(`\0${name}=`);
  if (start === -1) return undefined;
  const value = environment.slice(start + name.length + 1);
  return value.slice(0, value.indexOf('\0'));
}

/** Threads have ids from the same range. */
export function isThread(pid: number): boolean {
  try {
    return Number(/^Tgid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) !== pid;
  } catch {
    return true;
  }
}
