import type { EngineTimes } from '../domain/worker/engine-times.js';
import type { CrashAt } from './crash-points.js';

/** A user of the system, other than the worker's own. */
export interface CommandUser {
  uid: number;
  gid: number;
}

/** Everything an executor needs to know, handed over by its worker as one line of JSON on standard input. */
export interface ExecutorOptions {
  databaseUrl: string;
  socketPath: string;
  /** Folder for the files of running commands. */
  stateDir: string;
  /** Folder for what they print until it is in the database; no other process has it. */
  logDir: string;
  slot: number;
  concurrency: number;
  /** Program and leading arguments by name; a task names one of these and nothing else. */
  programs: Record<string, string[]>;
  /** What operations of type `command_batch` may run: names and paths. */
  commands: Record<string, string>;
  /** How the driver host is started. */
  driverHost: string[];
  /** Values that are masked in whatever commands and operations print and report. */
  secrets: string[];
  /** Who runs the programs of `command_batch` operations; absent: the executor's own user. */
  commandUser?: CommandUser | undefined;
  /** The whole environment of these programs, to which the task's own variables are added. */
  commandEnvironment: Record<string, string>;
  /** The same for programs that act at providers, and for the driver host. */
  providerEnvironment: Record<string, string>;
  pollMs: number;
  times: EngineTimes;
  /** Only in tests: where to die. */
  crashAt: CrashAt | undefined;
}
