import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { realpath } from 'node:fs/promises';
import type { EvaluatedFile } from './evaluate.js';
import type { Limits } from './eval/machine.js';
import type { NickelFault } from './nickel-error.js';
import type { Answer, Question } from './worker.js';

/** What is evaluated, and within which fences. */
export interface EvaluateFileOptions {
  /** The folder that imports stay in. */
  root: string;
  /** The file, inside the folder. */
  path: string;
  limits?: Partial<Limits>;
  /** After so many milliseconds the evaluation is ended. Default: 30,000. */
  timeoutMs?: number;
  /** Memory of the evaluation in MiB, above which it is ended. Default: 512. */
  memoryMb?: number;
  signal?: AbortSignal | undefined;
}

/** A file has no value. `fault` says why and where. */
export class EvaluationFailed extends Error {
  override readonly name = 'EvaluationFailed';

  constructor(readonly fault: NickelFault) {
    super(fault.message);
  }
}

const SCRIPT = new URL('../bin/worker.js', import.meta.url);
const STACK_MB = 64;
const limitFault = (message: string): NickelFault => ({ kind: 'limit', message, notes: [] });

/**
 * Evaluates a Nickel file in a thread of its own, which is ended when it takes too long or too much memory, or when the
 * signal is aborted.
 * @throws EvaluationFailed with the fault of the file; the reason of the signal
 */
export async function evaluateFile({
  root,
  path,
  limits = {},
  timeoutMs = 30_000,
  memoryMb = 512,
  signal,
}: EvaluateFileOptions): Promise<EvaluatedFile> {
  signal?.throwIfAborted();
  const question: Question = { root: await realpath(root), path, limits };
  const worker = new Worker(SCRIPT, {
    workerData: question,
    // The text must not see the environment, and nothing is printed by it.
    env: {},
    stdin: false,
    // Flags of the process such as --input-type are not for the script of the thread.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, stackSizeMb: STACK_MB },
  });
  // After the deadline or the end of the signal, the thread may still fail, e.g. for memory, before it is ended. An error
  // event without a listener would end the process.
  worker.on('error', () => {});
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const ending = AbortSignal.any(signal ? [signal, deadline] : [deadline]);
    // Safe cast: the worker sends nothing else.
    const [answer] = (await once(worker, 'message', { signal: ending })) as [Answer];
    return resultOf(answer);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (deadline.aborted) {
      throw new EvaluationFailed(limitFault(`The evaluation takes more than ${timeoutMs / 1000} seconds.`));
    }
    // Safe cast: a value without a code is compared as undefined.
    if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') {
      throw new EvaluationFailed(limitFault(`The evaluation takes more than ${memoryMb} MiB of memory.`));
    }
    throw error;
  } finally {
    await worker.terminate();
  }
}

function resultOf(answer: Answer): EvaluatedFile {
  if ('evaluated' in answer) return answer.evaluated;
  if ('fault' in answer) throw new EvaluationFailed(answer.fault);
  throw new Error(`The evaluation ended unexpectedly: ${answer.crash}`);
}
