import type { EndedCommand, RunRequest, SpawnSignal } from './spawned-command.js';

/** A message of an executor to one of its spawners: one line of JSON. */
export type ToSpawner =
  | { type: 'tick'; at: number } // the executor is alive
  | ({ type: 'run'; at: number } & RunRequest)
  | { type: 'signal'; id: string; signal: SpawnSignal };

/** A message of a spawner to its executor. */
export type FromSpawner =
  | { type: 'hello' } // it is ready to start commands
  | { type: 'pong' } // the answer to a tick
  | { type: 'started'; id: string; group: number }
  | ({ type: 'ended'; id: string } & EndedCommand);

/**
 * Milliseconds of the machine's monotonic clock. It is the same for all processes: the time of sending counts, not the time
 * at which a process that was frozen meanwhile reads the message.
 */
export function machineTime(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
