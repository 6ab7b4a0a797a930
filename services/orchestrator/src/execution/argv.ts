import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { wordsOf } from '../domain/batch/command-line.js';
import type { ClaimedTask } from '../domain/worker/ledger.js';
import type { ExecutorOptions } from './options.js';

/** The program that runs several commands one after the other; undefined if the installation is incomplete. */
export const SEQUENCE = ['../../command-scripts', '../../../command-scripts']
  .map((folder) => fileURLToPath(new URL(`${folder}/command-sequence.sh`, import.meta.url)))
  .find((path) => existsSync(path));

/** The programs that can run. */
export interface Programs extends Pick<ExecutorOptions, 'programs' | 'commands'> {
  /** {@link SEQUENCE}, or a copy of it. */
  sequence: string;
}

/**
 * The command line of a task: program and arguments, no shell. Programs come from the configuration only.
 * @throws if this worker does not have the program
 */
export function argvOf(task: ClaimedTask, options: Programs): string[] {
  if (isCommandBatch(task)) return sequenceOf(task, options);
  const program = own(options.programs, task.program);
  if (!program) throw new Error(`there is no program "${task.program}" on this worker`);
  // In check mode the command reports what is missing and changes nothing, which determines the result of lost attempts.
  return [...program, ...task.verb, ...task.args, ...(task.reconcile ? ['--check'] : [])];
}

/** Whether it runs programs that its submitter chose among the allowed ones, not one that acts at providers. */
export function isCommandBatch({ program }: Pick<ClaimedTask, 'program'>): boolean {
  return program === 'commands';
}

/** The name of the only step of a task that runs one command, in the form of a sequence of several. */
export function onlyStepOf(task: ClaimedTask): string | undefined {
  if (!isCommandBatch(task)) return undefined;
  const { spec, undo } = task;
  const [line, ...more] = linesOf(spec, undo);
  return line !== undefined && more.length === 0 ? `Command 1 of 1: ${wordsOf(line)[0]}` : undefined;
}

function sequenceOf({ spec, undo }: ClaimedTask, { commands, sequence }: Programs): string[] {
  const steps = linesOf(spec, undo).map((line) => {
    const [name = '', ...args] = wordsOf(line);
    const path = own(commands, name);
    if (path === undefined) throw new Error(`"${name}" is not among the BATCH_COMMANDS of this worker`);
    return { name, argv: [path, ...args] };
  });
  const [first, ...more] = steps;
  // A single command needs no sequence program and is the only step to report (`onlyStepOf`).
  if (first && more.length === 0) return first.argv;
  const encoded = steps.flatMap(({ name, argv }) => [name, String(argv.length), ...argv]);
  return ['/bin/bash', sequence, String(steps.length), ...encoded];
}

function linesOf(spec: ClaimedTask['spec'], undo: boolean): string[] {
  // Safe cast: the contract admits only lists of texts under both names.
  return (spec?.[undo ? 'undo_commands' : 'commands'] ?? []) as string[];
}

/** A name comes from a request: `constructor` must not find a program. */
function own<Value>(record: Record<string, Value>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
