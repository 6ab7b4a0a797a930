import type { EndedCommand, RunRequest, SpawnSignal } from './spawned-command.js';

/** What an executor tells one of its spawners, a line of JSON each. */
export type ToSpawner =
  | { type: 'tick'; at: number } // somebody is watching
  | ({ type: 'run'; at: number } & RunRequest)
  | { type: 'signal'; id: string; signal: SpawnSignal };

/** What a spawner tells its executor. */
export type FromSpawner =
  | { type: 'hello' } // it lives, and can start commands
  | { type: 'pong' } // the answer to a tick
  | { type: 'started'; id: string; group: number }
  | ({ type: 'ended'; id: string } & EndedCommand);

/**
 * Milliseconds of the machine's clock that no correction moves. It is the same for all processes: what is said counts
 * from when it was said, not from when a process that was frozen meanwhile reads it.
 */
export function machineTime(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
