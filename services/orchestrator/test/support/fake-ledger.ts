import type { Capacity } from '../../src/domain/worker/capacity.js';
import type { ClaimedTask, Ledger, LogChunk, Round, TaskResult } from '../../src/domain/worker/ledger.js';

/** A ledger in memory that hands out these tasks, once each, and records the reports. */
export class FakeLedger implements Ledger {
  readonly results: TaskResult[] = [];
  readonly chunks: LogChunk[] = [];
  readonly released: string[] = [];
  /** Tasks whose attempt was reported as lost. */
  readonly givenBack: string[] = [];
  /** Whether the worker is declared dead. */
  dead = false;
  /** No round is answered before this. */
  answers: Promise<void> = Promise.resolve();
  readonly #open: Map<string, ClaimedTask>;

  constructor(tasks: readonly ClaimedTask[]) {
    this.#open = new Map(tasks.map((task) => [task.id, task]));
  }

  register = () => Promise.resolve();
  heartbeat = () => Promise.resolve(this.dead ? null : []);
  reportFault = () => Promise.resolve();
  promoteDueRetries = () => Promise.resolve();
  async round(_workerId: string, results: readonly TaskResult[], { total }: Capacity): Promise<Round> {
    this.results.push(...results);
    for (const { log } of results) if (log) this.chunks.push(log);
    await this.answers;
    const claimed = [...this.#open.values()].slice(0, total);
    for (const { id } of claimed) this.#open.delete(id);
    return { outcomes: results.map(() => 'done' as const), ready: [], claimed };
  }
  acceptClaim = () => Promise.resolve(undefined);
  reportLost(taskId: string) {
    this.givenBack.push(taskId);
    return Promise.resolve([]);
  }
  appendLog(chunk: LogChunk) {
    this.chunks.push(chunk);
    return Promise.resolve();
  }
  recordChanges = () => Promise.resolve(true);
  recordProgress = () => Promise.resolve();
  releaseWorker(workerId: string) {
    this.released.push(workerId);
    return Promise.resolve([]);
  }
  drain = () => Promise.resolve();
  predecessors = () => Promise.resolve([]);
  releaseExpiredWorkers = () => Promise.resolve([]);
}

/** A task that runs this script. */
export function scriptTask(id: string, script: string): ClaimedTask {
  return {
    id,
    attempt: 1,
    fresh: true,
    reconcile: false,
    runner: 'command',
    program: 'sh',
    verb: ['-c'],
    args: [script],
    spec: null,
    undo: false,
    exactly: false,
    changes: null,
    intents: [],
    intentsToUndo: [],
    undoneKey: null,
    infra: 'i',
    checkMode: false,
    batchId: null,
    operation: null,
    idempotencyKey: id,
    timeoutSeconds: null,
    requestId: 'r',
    traceparent: null,
    lastLine: 0,
  };
}
