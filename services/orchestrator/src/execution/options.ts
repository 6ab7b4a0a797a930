import type { EngineTimes } from '../domain/worker/engine-times.js';
import type { CrashAt } from './crash-points.js';

/** Everything an executor needs to know, handed over by its worker as one line of JSON on standard input. */
export interface ExecutorOptions {
  databaseUrl: string;
  socketPath: string;
  /** Folder for the files of running commands. */
  stateDir: string;
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
  /** The whole environment of a command, to which the task's own variables are added. */
  commandEnvironment: Record<string, string>;
  pollMs: number;
  times: EngineTimes;
  /** Only in tests: where to die. */
  crashAt: CrashAt | undefined;
}
