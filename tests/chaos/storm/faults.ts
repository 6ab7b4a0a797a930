import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from '../system/member.js';
import { signalOurs } from '../system/processes.js';
import type { System } from '../system/system.js';

/** What was drawn for one fault. */
export interface Draw {
  /** Chooses among those that it may hit; at least 0, less than 1. */
  pick: number;
  /** How long something stays frozen or away. */
  seconds: number;
}

export interface FaultContext extends Draw {
  system: System;
  /** Aborted when the storm is over: whatever is frozen is thawed then. */
  calm: AbortSignal;
}

/** @returns false when it found nothing to hit. */
type Fault = (context: FaultContext) => Promise<boolean>;

/** A pause that the end of the storm cuts short. */
export async function pause(seconds: number, calm: AbortSignal): Promise<void> {
  await sleep(seconds * 1000, undefined, { signal: calm }).catch(() => undefined);
}

/** Has one of them to itself, the one that was picked or the next that no other fault has. */
async function onOne(
  members: readonly Member[],
  pick: number,
  act: (member: Member) => Promise<boolean> | boolean,
): Promise<boolean> {
  const first = Math.floor(pick * members.length);
  const member = [...members.slice(first), ...members.slice(0, first)].find(({ busy }) => !busy);
  if (!member) return false;
  member.busy = true;
  try {
    return await act(member);
  } finally {
    member.busy = false;
  }
}

const killed = (choose: (system: System) => readonly Member[]): Fault => {
  return ({ system, pick }) =>
    onOne(choose(system), pick, (member) => {
      member.kill();
      return true;
    });
};

/** Freezes the worker, its executor, or both. */
const frozen = (parts: { worker?: true; executor?: true }): Fault => {
  return ({ system, pick, seconds, calm }) =>
    onOne(system.workers, pick, async (worker) => {
      const executor = parts.executor ? system.executorOf(worker) : undefined;
      if (parts.executor && executor === undefined) return false;
      if (executor !== undefined) signalOurs(system.folder, executor, 'SIGSTOP');
      if (parts.worker) worker.freeze();
      await pause(seconds, calm);
      if (parts.worker) worker.thaw();
      if (executor !== undefined) signalOurs(system.folder, executor, 'SIGCONT');
      return true;
    });
};

const executorKilled: Fault = ({ system, pick }) =>
  onOne(system.workers, pick, (worker) => {
    const executor = system.executorOf(worker);
    return executor !== undefined && signalOurs(system.folder, executor, 'SIGKILL');
  });

const hostLost: Fault = ({ system, pick }) =>
  onOne(system.workers, pick, (worker) => {
    const executor = system.executorOf(worker);
    worker.kill();
    if (executor !== undefined) signalOurs(system.folder, executor, 'SIGKILL');
    return true;
  });

export const FAULTS = {
  'API killed': killed(({ apis }) => apis),
  'worker killed': killed(({ workers }) => workers),
  'worker frozen': frozen({ worker: true }),
  'executor killed': executorKilled,
  'executor frozen': frozen({ executor: true }),
  'worker and executor killed': hostLost,
  'worker and executor frozen': frozen({ worker: true, executor: true }),
  'Postgres restarted, fast': ({ system }) => system.postgres.restart('SIGINT'),
  'Postgres restarted, immediate': ({ system }) => system.postgres.restart('SIGQUIT'),
  'Postgres killed': ({ system }) => system.postgres.restart('SIGKILL'),
  'Postgres backend killed': ({ system, pick }) => system.postgres.killBackend(pick),
} satisfies Record<string, Fault>;

export const REDIS_FAULTS = {
  'Redis killed': async ({ system, seconds, calm }) =>
    (await system.redis?.killAndRestart(() => pause(Math.min(seconds, 4), calm))) ?? false,
  'Redis frozen': async ({ system, seconds, calm }) =>
    (await system.redis?.freeze(() => pause(Math.min(seconds, 8), calm))) ?? false,
  'Redis emptied': async ({ system }) => (await system.redis?.flush()) ?? false,
} satisfies Record<string, Fault>;
