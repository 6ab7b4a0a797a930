import { parentPort, workerData } from 'node:worker_threads';
import { evaluateFileHere, type EvaluatedFile } from './evaluate.js';
import type { Limits } from './eval/machine.js';
import { NickelError, type NickelFault } from './nickel-error.js';

/** What the thread is to evaluate. */
export interface Question {
  root: string;
  path: string;
  limits: Partial<Limits>;
}

/** What it answers with, once. */
export type Answer = { evaluated: EvaluatedFile } | { fault: NickelFault } | { crash: string };

function answer({ root, path, limits }: Question): Answer {
  try {
    return { evaluated: evaluateFileHere(root, path, limits) };
  } catch (error) {
    if (error instanceof NickelError) return { fault: error.fault };
    return { crash: error instanceof Error ? String(error.stack) : String(error) };
  }
}

// Safe cast: evaluate-file.ts starts this thread with a question.
parentPort?.postMessage(answer(workerData as Question));
