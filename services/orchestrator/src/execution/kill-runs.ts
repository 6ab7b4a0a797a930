import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { RUN_COOKIE } from './cookies.js';
import { processIds, sendSignal } from './processes.js';
import { variableOf } from './spawner/process-table.js';

/** Pauses of one turn of the event loop, so that the caller's other work continues. */
const AT_ONCE = 32;
const PAUSE_MS = 20;
const MIN_ROUNDS = 2;
const MAX_ROUNDS = 50;

type ByRun = Map<string, number[]>;

/** Kills every process that carries the cookie of one of these runs, until none is left. */
export async function killRuns(runs: ReadonlySet<string>): Promise<{ killed: ByRun; left: ByRun }> {
  const killed: ByRun = new Map();
  let left: ByRun = new Map();
  if (runs.size === 0) return { killed, left };
  for (let round = 0; round < MIN_ROUNDS || (left.size > 0 && round < MAX_ROUNDS); round++) {
    if (round > 0) await sleep(PAUSE_MS);
    left = await find(runs);
    for (const [run, pids] of left)
      for (const pid of pids) if (sendSignal(pid, 'SIGKILL')) add(killed, run, pid);
  }
  return { killed, left };
}

async function find(runs: ReadonlySet<string>): Promise<ByRun> {
  const found: ByRun = new Map();
  for (const [index, pid] of processIds().entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await turn();
    const run = variableOf(pid, RUN_COOKIE);
    if (run !== undefined && runs.has(run) && pid !== process.pid) add(found, run, pid);
  }
  return found;
}

function add(runs: ByRun, run: string, pid: number): void {
  const pids = runs.get(run) ?? [];
  if (!pids.includes(pid)) runs.set(run, [...pids, pid]);
}
