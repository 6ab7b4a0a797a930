import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { wordsOf } from '../domain/batch/command-line.js';
import type { ClaimedTask } from '../domain/worker/ledger.js';
import type { ExecutorOptions } from './options.js';

/** Runs several commands, one after the other; undefined where the installation is not whole. */
export const SEQUENCE = ['../../command-scripts', '../../../command-scripts']
  .map((folder) => fileURLToPath(new URL(`${folder}/command-sequence.sh`, import.meta.url)))
  .find((path) => existsSync(path));

/** What there is to run. */
export interface Programs extends Pick<ExecutorOptions, 'programs' | 'commands'> {
  /** {@link SEQUENCE}, or a copy of it. */
  sequence: string;
}

/**
 * The command line of a task: program and arguments, no shell. Programs come from the configuration alone.
 * @throws when this worker has no such program
 */
export function argvOf(task: ClaimedTask, options: Programs): string[] {
  if (isCommandBatch(task)) return sequenceOf(task, options);
  const program = own(options.programs, task.program);
  if (!program) throw new Error(`there is no program "${task.program}" on this worker`);
  // In check mode the command tells what is missing and changes nothing: so it answers for lost attempts.
  return [...program, ...task.verb, ...task.args, ...(task.reconcile ? ['--check'] : [])];
}

/** Whether it runs programs that its submitter chose among those allowed, not one that acts at providers. */
export function isCommandBatch({ program }: Pick<ClaimedTask, 'program'>): boolean {
  return program === 'commands';
}

/** The name of the only step of a task that runs one command, as a sequence of several would report it. */
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
  // One needs nobody to start it, and is all that there is to report (`onlyStepOf`).
  if (first && more.length === 0) return first.argv;
  const encoded = steps.flatMap(({ name, argv }) => [name, String(argv.length), ...argv]);
  return ['/bin/bash', sequence, String(steps.length), ...encoded];
}

function linesOf(spec: ClaimedTask['spec'], undo: boolean): string[] {
  return (spec?.[undo ? 'undo_commands' : 'commands'] ?? []) as string[];
}

/** A name comes from a request: `constructor` is no program. */
function own<Value>(record: Record<string, Value>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
