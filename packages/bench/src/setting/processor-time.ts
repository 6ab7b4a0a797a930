import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';

/** Of /proc/<pid>/stat: a tick is a hundredth of a second wherever Linux runs Node. */
const NANOSECONDS_PER_TICK = 10_000_000n;

/** A process tree: the process and everything below it. */
interface Root {
  label: string;
  pid: number;
}

/** A Postgres server whose processes are counted by the applications that they serve. */
interface MeasuredPostgres {
  /** A connection of the meter. Its own backend is left out. */
  pool: pg.Pool;
  /** Process id of the server. */
  pid: number;
}

/** Nanoseconds of processor time by label, and those of each process of Postgres. */
export interface ProcessorTimes {
  byLabel: ReadonlyMap<string, bigint>;
  backends: ReadonlyMap<number, bigint>;
}

interface Process {
  pid: number;
  parent: number;
  command: string;
  /** Nanoseconds of the children that have ended and were waited for. */
  endedChildren: bigint;
}

/** Programs below a root that have a label of their own. */
const PARTS: readonly [part: string, label: string][] = [
  ['/executor.js', 'executor'],
  ['driver-host', 'driver host'],
  ['spawner', 'spawners'],
];
const ENDED = 'Postgres: ended backends';
const BENCH = 'bench';

/** @returns the process id of a server, which must run on this machine */
export async function postmasterOf(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ pid: string }>(
    `select split_part(pg_read_file('postmaster.pid'), E'\\n', 1) as pid`,
  );
  return Number(rows[0]!.pid);
}

/**
 * Reads the processor time of some process trees and of a Postgres server from /proc: all threads in nanoseconds, ended
 * children in ticks. Postgres' processes are labelled `Postgres for <application>`.
 */
export async function processorTimes(
  roots: readonly Root[],
  postgres: MeasuredPostgres,
): Promise<ProcessorTimes> {
  const { rows } = await postgres.pool.query<{ pid: number; application: string }>({
    name: 'applications',
    text: 'select pid, application_name as application from pg_stat_activity where pid is not null',
  });
  const applications = new Map(rows.map(({ pid, application }) => [pid, application]));
  const processes = readProcesses();
  const byLabel = new Map<string, bigint>();
  const add = (label: string, time: bigint) => byLabel.set(label, (byLabel.get(label) ?? 0n) + time);

  const server = processes.get(postgres.pid);
  const backends = new Map<number, bigint>();
  for (const { pid } of below(processes, postgres.pid)) {
    const application = applications.get(pid) ?? '';
    if (application.startsWith(BENCH)) continue;
    const time = timeOf(pid);
    backends.set(pid, time);
    add(labelOfBackend(application), time);
  }
  add(ENDED, server?.endedChildren ?? 0n);
  for (const { label, pid } of roots) {
    const root = processes.get(pid);
    if (!root) continue;
    for (const one of [root, ...below(processes, pid)]) {
      const part = PARTS.find(([program]) => one.command.includes(program))?.[1];
      add(part ?? label, timeOf(one.pid));
      if (one.endedChildren > 0n) add(part === 'spawners' ? 'commands' : (part ?? label), one.endedChildren);
    }
  }
  return { byLabel, backends };
}

/** @returns microseconds by label between two readings, without labels that used none */
export function timeBetween(before: ProcessorTimes, after: ProcessorTimes): Map<string, number> {
  const spent = new Map<string, number>();
  for (const [label, time] of after.byLabel)
    spent.set(label, Number(time - (before.byLabel.get(label) ?? 0n)));
  // A backend that ended between the readings counts for its label before and for the ended ones after.
  for (const [pid, time] of before.backends)
    if (!after.backends.has(pid)) spent.set(ENDED, (spent.get(ENDED) ?? 0) - Number(time));
  for (const [label, time] of before.byLabel) if (!after.byLabel.has(label)) spent.set(label, -Number(time));
  return new Map(
    [...spent].map(([label, time]) => [label, time / 1_000] as const).filter(([, time]) => time > 0),
  );
}

function labelOfBackend(application: string): string {
  if (application.startsWith('executor')) return 'Postgres for the executor';
  if (application.startsWith('worker') || application.startsWith('wake-ups'))
    return 'Postgres for the worker';
  if (application.startsWith('control-center')) return 'Postgres for the control center';
  if (application.startsWith('orchestrator') || application.startsWith('api')) return 'Postgres for the API';
  return application === '' ? 'Postgres: background' : `Postgres for ${application}`;
}

function readProcesses(): Map<number, Process> {
  const processes = new Map<number, Process>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    if (stat === '') continue;
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    processes.set(Number(name), {
      pid: Number(name),
      parent: Number(fields[1]),
      command: read(`/proc/${name}/cmdline`).replaceAll('\0', ' '),
      endedChildren: (BigInt(fields[13] ?? 0) + BigInt(fields[14] ?? 0)) * NANOSECONDS_PER_TICK,
    });
  }
  return processes;
}

function below(processes: ReadonlyMap<number, Process>, ancestor: number): Process[] {
  return [...processes.values()]
    .filter(({ parent }) => parent === ancestor)
    .flatMap((one) => [one, ...below(processes, one.pid)]);
}

/** Nanoseconds of all threads that run now. */
function timeOf(pid: number): bigint {
  let total = 0n;
  for (const thread of threadsOf(pid))
    total += BigInt(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0] || 0);
  return total;
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Empty where the process has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
