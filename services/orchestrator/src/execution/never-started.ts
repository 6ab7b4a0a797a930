import { randomUUID } from 'node:crypto';
import type { ClaimedTask, TaskResult } from '../domain/worker/ledger.js';
import { NoSpawnerError } from './spawners.js';

/** Whether the machine cannot start any process now: no disk space, no memory, no free process ids. */
export function isMachineFault(error: unknown): boolean {
  return error instanceof NoSpawnerError || (error instanceof Error && 'syscall' in error);
}

/** The result of a task whose command could not be started. */
export function neverStarted({ id, attempt }: ClaimedTask, workerId: string, reason: string): TaskResult {
  return {
    taskId: id,
    attempt,
    workerId,
    resultId: randomUUID(),
    status: 'Failed',
    permanent: true,
    exitCode: null,
    signal: null,
    error: `It could not be started: ${reason}`,
    output: '',
    data: {},
    evidence: { signals: [], left: [] },
    log: undefined,
    progress: undefined,
    changes: [],
  };
}
