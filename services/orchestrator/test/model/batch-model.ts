import type { TaskStatus } from '../../src/domain/task/task.js';

interface ModelOperation {
  id: string;
  dependencies: string[];
  retries: number;
  /** The outcome of a lost attempt. */
  whenLost: 'again' | 'asked' | 'failed';
  undoable: boolean;
  /** Numbers of attempts that may be lost, and one. */
  maxAttempts?: number;
}

export interface ModelBatch {
  operations: ModelOperation[];
  parallelLimit: number;
  onFailure: 'continue' | 'stop';
  rollbackEnabled: boolean;
}

interface State extends ModelOperation {
  status: TaskStatus;
  /** Held by a worker that reconciles it. */
  asking: boolean;
  failures: number;
  losses: number;
  attempts: number;
  cancelAsked: boolean;
  /** When it ended, counted in actions; everything that ended in one action ended at the same moment. */
  endedAt: number;
}

/** An action that may happen next. */
export type Action = OperationAction | { type: 'undo' | 'failToUndo' } | { type: 'cancelBatch' };
export interface OperationAction {
  type: 'claim' | 'complete' | 'fail' | 'lose' | 'wake' | 'cancel';
  operation: string;
}

export const MAX_ATTEMPTS = 3;
const OPEN: TaskStatus[] = ['Blocked', 'Waiting', 'Ready', 'Running', 'RetryWait', 'Unknown'];

/**
 * The behaviour of a batch, in memory and as simply as possible: the reference for the functions in Postgres.
 * `actions()` returns for every reachable state what may happen next.
 */
export class BatchModel {
  status: 'Running' | 'RollingBack' | 'Completed' | 'Failed' | 'Cancelled' | 'RolledBack' = 'Running';
  readonly operations: Map<string, State>;
  /** Ids of the operations to undo, in the order of undoing. */
  toUndo: string[] = [];
  #cancelAsked = false;
  #undoFailed = false;
  #acts = 0;

  constructor(private readonly batch: ModelBatch) {
    this.operations = new Map(
      batch.operations.map((operation) => [
        operation.id,
        {
          ...operation,
          status: operation.dependencies.length > 0 ? 'Blocked' : 'Waiting',
          asking: false,
          failures: 0,
          losses: 0,
          attempts: 0,
          cancelAsked: false,
          endedAt: 0,
        },
      ]),
    );
    this.#promote();
  }

  get over(): boolean {
    return !['Running', 'RollingBack'].includes(this.status);
  }

  statuses(): Record<string, TaskStatus> {
    return Object.fromEntries([...this.operations].map(([id, { status }]) => [id, status]));
  }

  actions(): Action[] {
    if (this.over) return [];
    if (this.status === 'RollingBack') return [{ type: 'undo' }, { type: 'failToUndo' }];
    const actions: Action[] = this.#cancelAsked ? [] : [{ type: 'cancelBatch' }];
    for (const { id, status, asking, cancelAsked } of this.operations.values()) {
      const may = (...types: OperationAction['type'][]) =>
        actions.push(...types.map((type) => ({ type, operation: id })));
      if (status === 'Ready' || (status === 'Unknown' && !asking)) may('claim');
      if (status === 'Running' || (status === 'Unknown' && asking)) may('complete', 'fail', 'lose');
      if (status === 'RetryWait') may('wake');
      if (OPEN.includes(status) && !cancelAsked) may('cancel');
    }
    return actions;
  }

  act(action: Action): void {
    this.#acts++;
    if ('operation' in action) this.#actOn(this.operations.get(action.operation)!, action.type);
    else if (action.type === 'cancelBatch') this.#cancelBatch();
    else this.#undo(action.type === 'undo');
    if (!this.over) this.#promote();
    this.#endIfNothingIsLeft();
  }

  #actOn(operation: State, type: OperationAction['type']): void {
    switch (type) {
      case 'claim':
        operation.attempts++;
        if (operation.status === 'Ready') operation.status = 'Running';
        else operation.asking = true;
        break;
      case 'complete':
        this.#end(operation, 'Completed');
        break;
      case 'fail':
        if (operation.status === 'Running' && this.#mayTryAgain(operation)) {
          operation.status = 'RetryWait';
          operation.failures++;
        } else this.#end(operation, 'Failed');
        break;
      case 'lose':
        this.#lose(operation);
        break;
      case 'wake':
        operation.status = 'Waiting';
        break;
      case 'cancel':
        if (operation.status === 'Running' || operation.asking) operation.cancelAsked = true;
        else this.#end(operation, 'Cancelled');
        break;
    }
  }

  #mayTryAgain({ failures, retries, cancelAsked }: State): boolean {
    return failures < retries && !cancelAsked && !this.#cancelAsked && !this.#stops();
  }

  #stops(): boolean {
    const failed = [...this.operations.values()].some(({ status }) => status === 'Failed');
    return failed && (this.batch.onFailure === 'stop' || this.batch.rollbackEnabled);
  }

  #lose(operation: State): void {
    if (operation.cancelAsked) return this.#end(operation, 'Cancelled');
    const losses = ++operation.losses;
    if (operation.status === 'Unknown') {
      operation.asking = false;
      if (losses >= 2 * MAX_ATTEMPTS) this.#end(operation, 'Failed');
    } else if (operation.whenLost !== 'failed' && losses < MAX_ATTEMPTS) operation.status = 'Ready';
    else if (operation.whenLost === 'asked') operation.status = 'Unknown';
    else this.#end(operation, 'Failed');
  }

  #end(operation: State, status: 'Completed' | 'Failed' | 'Cancelled'): void {
    operation.status = status;
    operation.asking = false;
    operation.endedAt = this.#acts;
    const all = [...this.operations.values()];
    if (status === 'Completed') {
      for (const other of all)
        if (other.status === 'Blocked' && this.#isFree(other)) other.status = 'Waiting';
      return;
    }
    const waits = (other: State) => ['Blocked', 'Waiting', 'Ready', 'RetryWait'].includes(other.status);
    for (const other of all) {
      const because = this.#standsOn(other, operation.id);
      const hangs = other.status === 'Unknown' && !other.asking && because;
      if (hangs || (waits(other) && (because || this.#stops()))) {
        other.status = 'Cancelled';
        other.endedAt = this.#acts;
      }
    }
  }

  #isFree({ dependencies }: State): boolean {
    return dependencies.every((id) => this.operations.get(id)!.status === 'Completed');
  }

  #standsOn({ dependencies }: State, id: string): boolean {
    return dependencies.some((below) => below === id || this.#standsOn(this.operations.get(below)!, id));
  }

  #cancelBatch(): void {
    this.#cancelAsked = true;
    for (const operation of this.operations.values()) {
      if (operation.status === 'Running' || operation.asking) operation.cancelAsked = true;
      else if (OPEN.includes(operation.status)) operation.status = 'Cancelled';
    }
  }

  #promote(): void {
    if (this.status !== 'Running') return;
    const all = [...this.operations.values()];
    const busy = all.filter(({ status }) => ['Ready', 'Running', 'Unknown'].includes(status)).length;
    for (const operation of all
      .filter(({ status }) => status === 'Waiting')
      .slice(0, Math.max(0, this.batch.parallelLimit - busy)))
      operation.status = 'Ready';
  }

  #endIfNothingIsLeft(): void {
    const all = [...this.operations.values()];
    if (this.status !== 'Running' || all.some(({ status }) => OPEN.includes(status))) return;
    const failed = all.some(({ status }) => status === 'Failed');
    if (failed && this.batch.rollbackEnabled && !this.#cancelAsked) {
      this.toUndo = this.#whatIsToBeUndone();
      this.status = this.toUndo.length > 0 ? 'RollingBack' : 'RolledBack';
    } else if (this.#cancelAsked) this.status = 'Cancelled';
    else if (failed) this.status = 'Failed';
    else this.status = all.some(({ status }) => status === 'Cancelled') ? 'Cancelled' : 'Completed';
  }

  /** The operations that were completed, and those that drivers began, the last one first. */
  #whatIsToBeUndone(): string[] {
    return [...this.operations.values()]
      .filter(({ undoable, status, whenLost, attempts }) => {
        const isDriver = whenLost === 'asked';
        return undoable && (status === 'Completed' || (isDriver && attempts > 0));
      })
      .sort((a, b) => a.endedAt - b.endedAt || 0)
      .map(({ id }) => id)
      .reverse();
  }

  #undo(succeeds: boolean): void {
    this.toUndo.shift();
    if (!succeeds) this.#undoFailed = true;
    if (this.toUndo.length === 0) this.status = this.#undoFailed ? 'Failed' : 'RolledBack';
  }
}
