import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from '../system/member.js';
import { signalOurs } from '../system/processes.js';
import type { System } from '../system/system.js';
import { loseHost, onOne } from './targets.js';

/** The random choices of one fault. */
export interface Draw {
  /** Chooses among its possible targets; at least 0, less than 1. */
  pick: number;
  /** How long a target stays frozen or unavailable. */
  seconds: number;
}

export interface FaultContext extends Draw {
  system: System;
  /** Aborted when the storm is over: frozen processes then continue. */
  calm: AbortSignal;
}

/** @returns false when it found no target. */
type Fault = (context: FaultContext) => Promise<boolean>;

/** A pause that the end of the storm cuts short. */
export async function pause(seconds: number, calm: AbortSignal): Promise<void> {
  await sleep(seconds * 1000, undefined, { signal: calm }).catch(() => undefined);
}

const killed = (choose: (system: System) => readonly Member[]): Fault => {
  return ({ system, pick }) =>
    onOne(choose(system), pick, (member) => {
      member.kill();
      return true;
    });
};

/** Workers whose executor runs at the moment. */
const attached = (system: System) =>
  system.workers.filter((worker) => system.executorOf(worker) !== undefined);

/** Freezes the worker, its executor, or both. */
const frozen = (parts: { worker?: true; executor?: true }): Fault => {
  return ({ system, pick, seconds, calm }) =>
    onOne(parts.executor ? attached(system) : system.workers, pick, async (worker) => {
      const executor = parts.executor ? system.executorOf(worker) : undefined;
      if (executor !== undefined) signalOurs(system.folder, executor, 'SIGSTOP');
      if (parts.worker) worker.freeze();
      await pause(seconds, calm);
      if (parts.worker) worker.thaw();
      if (executor !== undefined) signalOurs(system.folder, executor, 'SIGCONT');
      return true;
    });
};

const executorKilled: Fault = ({ system, pick }) =>
  onOne(attached(system), pick, (worker) => {
    const executor = system.executorOf(worker);
    return executor !== undefined && signalOurs(system.folder, executor, 'SIGKILL');
  });

/** Workers whose executor has a spawner. */
const spawning = (system: System) => system.workers.filter((worker) => system.spawnersOf(worker).length > 0);

/** One of the spawners of a worker. */
const aSpawner = (system: System, worker: Member, pick: number): number | undefined => {
  const pids = system.spawnersOf(worker);
  return pids[Math.floor(pick * 1_000) % pids.length];
};

const spawnerKilled: Fault = ({ system, pick }) =>
  onOne(spawning(system), pick, (worker) => {
    const pid = aSpawner(system, worker, pick);
    return pid !== undefined && signalOurs(system.folder, pid, 'SIGKILL');
  });

const spawnerFrozen: Fault = ({ system, pick, seconds, calm }) =>
  onOne(spawning(system), pick, async (worker) => {
    const pid = aSpawner(system, worker, pick);
    if (pid === undefined || !signalOurs(system.folder, pid, 'SIGSTOP')) return false;
    await pause(seconds, calm);
    // Mostly its executor has already ended it.
    signalOurs(system.folder, pid, 'SIGCONT');
    return true;
  });

/** Mostly for shorter than the fence, sometimes for longer: then executors end their commands. */
const postgresDown = (signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Fault => {
  return ({ system, seconds, calm }) =>
    system.postgres.restart(signal, () => pause(Math.min(seconds / 2, 6), calm));
};

const hostLost: Fault = ({ system, pick }) =>
  onOne(system.workers, pick, (worker) => {
    loseHost(system, worker);
    return true;
  });

export const FAULTS = {
  'API killed': killed(({ apis }) => apis),
  'worker killed': killed(({ workers }) => workers),
  'worker frozen': frozen({ worker: true }),
  'executor killed': executorKilled,
  'executor frozen': frozen({ executor: true }),
  'spawner killed': spawnerKilled,
  'spawner frozen': spawnerFrozen,
  'worker and executor killed': hostLost,
  'worker and executor frozen': frozen({ worker: true, executor: true }),
  'Postgres restarted, fast': postgresDown('SIGINT'),
  'Postgres restarted, immediate': postgresDown('SIGQUIT'),
  'Postgres killed': postgresDown('SIGKILL'),
  'Postgres backend killed': ({ system, pick }) => system.postgres.killBackend(pick),
} satisfies Record<string, Fault>;

export const REDIS_FAULTS = {
  'Redis killed': async ({ system, seconds, calm }) =>
    (await system.redis?.killAndRestart(() => pause(Math.min(seconds, 4), calm))) ?? false,
  'Redis frozen': async ({ system, seconds, calm }) =>
    (await system.redis?.freeze(() => pause(Math.min(seconds, 8), calm))) ?? false,
  'Redis emptied': async ({ system }) => (await system.redis?.flush()) ?? false,
} satisfies Record<string, Fault>;
