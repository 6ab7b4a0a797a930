import type { Capacity } from '../domain/worker/capacity.js';
import type { EngineTimes } from '../domain/worker/engine-times.js';
import type { CrashAt } from './crash-points.js';

/** A user of the system, other than the worker's own. */
export interface CommandUser {
  uid: number;
  gid: number;
}

/** All options of an executor. Its worker writes them as one line of JSON to its standard input. */
export interface ExecutorOptions {
  databaseUrl: string;
  socketPath: string;
  /** The folder for the files of running commands. */
  stateDir: string;
  /** The folder for their output until it is in the database; no other process has it. */
  logDir: string;
  slot: number;
  /** The most tasks that run at once. */
  limits: Capacity;
  /** Program and leading arguments by name; a task can only use one of these. */
  programs: Record<string, string[]>;
  /** The programs that operations of type `command_batch` may run: names and paths. */
  commands: Record<string, string>;
  /** The command that starts the driver host. */
  driverHost: string[];
  /** Values that are masked in the output and the reports of commands and operations. */
  secrets: string[];
  /** The user that runs the programs of `command_batch` operations; the executor's own user by default. */
  commandUser?: CommandUser | undefined;
  /** The whole environment of these programs, to which the task's own variables are added. */
  commandEnvironment: Record<string, string>;
  /** The same for programs that act at providers, and for the driver host. */
  providerEnvironment: Record<string, string>;
  pollMs: number;
  /** Work that waited longer while no worker was alive is held; 0: none is. */
  staleWorkSeconds: number;
  times: EngineTimes;
  /** Only in tests: the place of a crash. */
  crashAt: CrashAt | undefined;
}
