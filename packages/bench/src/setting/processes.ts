import { readdir, readFile } from 'node:fs/promises';

/** For /proc/<pid>/stat: a tick is a hundredth of a second on every Linux on which Node runs. */
const TICKS = 100;

/** What a process has used since its start. */
export interface Usage {
  /** Seconds of processor time since it was started. */
  cpu: number;
  /** Of its ended children. */
  endedCpu: number;
  residentMb: number;
  /** Bytes that it and its ended children have read and written: sockets, pipes and files. */
  bytes: number;
}

/** The usage of a process according to the kernel; all zero if it has ended. */
export async function usageOf(pid: number): Promise<Usage> {
  const [stat, status, io] = await Promise.all(['stat', 'status', 'io'].map((file) => read(pid, file)));
  const times = afterName(stat!);
  const seconds = (first: number) => (Number(times[first] ?? 0) + Number(times[first + 1] ?? 0)) / TICKS;
  return {
    cpu: seconds(11),
    endedCpu: seconds(13),
    residentMb: Number(/^VmRSS:\s+(\d+) kB/m.exec(status!)?.[1] ?? 0) / 1024,
    bytes: Number(/^rchar: (\d+)/m.exec(io!)?.[1] ?? 0) + Number(/^wchar: (\d+)/m.exec(io!)?.[1] ?? 0),
  };
}

/** A child process. */
export interface Child {
  pid: number;
  command: string;
}

/** Its children, their children, and so on, at this moment: parents before their children. */
export async function descendantsOf(ancestor: number): Promise<Child[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(
    names.map(async (name) => {
      const pid = Number(name);
      const [stat, command] = await Promise.all([read(pid, 'stat'), read(pid, 'cmdline')]);
      return { pid, parent: Number(afterName(stat)[1]), command: command.replaceAll('\0', ' ') };
    }),
  );
  const below = (parent: number): Child[] =>
    all
      .filter((one) => one.parent === parent)
      .flatMap(({ pid, command }) => [{ pid, command }, ...below(pid)]);
  return below(ancestor);
}

/** The Node process below that one which runs this script. @throws if there is none */
export async function scriptBelow(ancestor: number, script: string): Promise<number> {
  const below = await descendantsOf(ancestor);
  const found = below.find(
    ({ command }) => command.startsWith(process.execPath) && command.includes(`/${script}`),
  );
  if (!found) throw new Error(`the process ${ancestor} has none below it that runs ${script}`);
  return found.pid;
}

/** The fields after the name, which may contain spaces and parentheses: state, parent, … */
function afterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function read(pid: number, file: string): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
}
