import { asksOfStored, type Asked } from '@provisioning/http-kit';
import type { Question } from '@provisioning/policy';
import { anyServer } from '../domain/access/act.js';
import { actsOfOperation } from '../domain/access/acts-of.js';
import {
  approvable,
  batchNames,
  cancelQuestions,
  carrierQuestions,
  doQuestions,
  readQuestions,
  scopeOf,
  unlessDenied,
  type Carrier,
  type Scope,
} from '../domain/access/scope.js';
import type { FoundBatch } from '../domain/batch/batch-store.js';
import type { PlanSummary } from '../domain/plan/plan.js';
import type { Rollback } from '../domain/rollback/rollback.js';
import type { FoundWork } from '../domain/state/state-service.js';
import type { Task, TaskDetails } from '../domain/task/task.js';
import { scopeOfWork } from '../domain/workflow/workflow-service.js';

/** Finds what is stored under an id, to evaluate policies about it. */
export interface ScopeLookup {
  find(ids: readonly string[]): Promise<Map<string, Scope>>;
}

/** The policy questions about stored tasks, batches and rollbacks: about what they touch, as it is stored. */
export class StoredWork {
  constructor(private readonly scopes: ScopeLookup) {}

  ofTask(task: Task): Promise<Scope> {
    return this.#find(task.scopeId, () =>
      task.kind === 'workflow'
        ? scopeOfWork(task, task.createdBy)
        : scopeOf(task.createdBy, [anyServer(task.infra)], { checkMode: task.checkMode }),
    );
  }

  ofBatch({ batch, operations }: Pick<FoundBatch, 'batch' | 'operations'>): Promise<Scope> {
    return this.#find(batch.scopeId, () =>
      scopeOf(
        batch.createdBy,
        operations.flatMap(({ spec }) => actsOfOperation(spec)),
        { batch: batch.name },
      ),
    );
  }

  ofPlan({ scopeId, createdBy, infras, name }: PlanSummary): Promise<Scope> {
    return this.#find(scopeId, () => scopeOf(createdBy, infras.map(anyServer), { batch: name }));
  }

  readTask(declared: Question, find: () => Promise<TaskDetails>): Promise<Asked<TaskDetails>> {
    return asksOfStored(declared, find, async (task) => {
      const scope = await this.ofTask(task);
      return [...readQuestions(taskNames(task), scope), ...batchOfTask('read', task, scope)];
    });
  }

  cancelTask(declared: Question, find: () => Promise<TaskDetails>): Promise<Asked<TaskDetails>> {
    return asksOfStored(declared, find, async (task) => {
      const scope = await this.ofTask(task);
      return [...cancelQuestions(taskNames(task), scope), ...batchOfTask('cancel', task, scope)];
    });
  }

  repeatTask(
    declared: Question,
    find: () => Promise<TaskDetails>,
    checkMode: boolean,
  ): Promise<Asked<TaskDetails>> {
    return asksOfStored(declared, find, async (task) =>
      doQuestions('execute', taskNames(task), await this.ofTask(task), checkMode || task.checkMode),
    );
  }

  readBatch(declared: Question, find: () => Promise<FoundBatch>): Promise<Asked<FoundBatch>> {
    return asksOfStored(declared, find, async (found) =>
      readQuestions(batchNames(found.batch), await this.ofBatch(found)),
    );
  }

  cancelBatch(declared: Question, find: () => Promise<FoundBatch>): Promise<Asked<FoundBatch>> {
    return asksOfStored(declared, find, async (found) =>
      cancelQuestions(batchNames(found.batch), await this.ofBatch(found)),
    );
  }

  resumeBatch(
    declared: Question,
    find: () => Promise<FoundBatch>,
    checkMode: boolean,
  ): Promise<Asked<FoundBatch>> {
    return asksOfStored(declared, find, async (found) =>
      doQuestions('execute', batchNames(found.batch), await this.ofBatch(found), checkMode),
    );
  }

  /** The request of a batch has secrets, so only a user who may execute it reads it; approvals are not needed for reading. */
  readRequest(declared: Question, find: () => Promise<FoundBatch>): Promise<Asked<FoundBatch>> {
    return asksOfStored(declared, find, async (found) =>
      approvable(doQuestions('execute', batchNames(found.batch), await this.ofBatch(found))),
    );
  }

  /** The state of a task or a batch: it is part of the infra's state, and a policy may deny the task or batch itself. */
  readState(declared: Question, find: () => Promise<FoundWork>): Promise<Asked<FoundWork>> {
    return asksOfStored(declared, find, async (found) => {
      if ('task' in found) {
        const scope = await this.ofTask(found.task);
        return [
          ...readQuestions([declared.resource], scope),
          ...unlessDenied(readQuestions(taskNames(found.task), scope)),
          ...batchOfTask('read', found.task, scope),
        ];
      }
      const scope = await this.ofBatch(found);
      return [
        ...readQuestions([declared.resource], scope),
        ...unlessDenied(readQuestions(batchNames(found.batch), scope)),
      ];
    });
  }

  readRollback(declared: Question, find: () => Promise<Rollback>): Promise<Asked<Rollback>> {
    return asksOfStored(declared, find, (rollback) => this.rollbackQuestions(declared, rollback));
  }

  async rollbackQuestions(
    declared: Pick<Question, 'resource'>,
    { scopeId, createdBy, infras }: Rollback,
  ): Promise<Question[]> {
    const scope = await this.#find(scopeId, () => scopeOf(createdBy, infras.map(anyServer)));
    return readQuestions([declared.resource], scope);
  }

  /** @param otherwise for work that the previous release stored, which has no scope */
  async #find(scopeId: string | null, otherwise: () => Scope): Promise<Scope> {
    const scope = scopeId === null ? undefined : (await this.scopes.find([scopeId])).get(scopeId);
    return scope ?? otherwise();
  }
}

/** An operation is denied with its batch. */
function batchOfTask(
  action: 'read' | 'cancel',
  { batchId, batchName }: TaskDetails,
  scope: Scope,
): Question[] {
  if (batchId === null || batchName === null) return [];
  const names = batchNames({ id: batchId, name: batchName });
  return unlessDenied(carrierQuestions(action, names, { ...scope, batch: batchName }));
}

function taskNames({ id }: Task): Carrier {
  return [`tasks:${id}`];
}
