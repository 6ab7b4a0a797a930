import { asksOfStored, type Asked } from '@provisioning/http-kit';
import type { Question } from '@provisioning/policy';
import type { Act } from '../domain/access/act.js';
import {
  cancelQuestions,
  doQuestions,
  readQuestions,
  scopeOf,
  type Carrier,
  type Scope,
} from '../domain/access/scope.js';
import type { Batch } from '../domain/batch/batch.js';
import type { FoundBatch } from '../domain/ports.js';
import type { Rollback } from '../domain/rollback/rollback.js';
import type { FoundWork } from '../domain/state/state-service.js';
import type { Task } from '../domain/task/task.js';

/** Finds what is stored under an id, to ask about it. */
export interface ScopeLookup {
  find(ids: readonly string[]): Promise<Map<string, Scope>>;
}

/** What is asked about stored tasks, batches and rollbacks: about what they touch, as it is stored. */
export class StoredWork {
  constructor(private readonly scopes: ScopeLookup) {}

  ofTask(task: Task): Promise<Scope> {
    return this.#find(task.scopeId, task.createdBy, [task.infra]);
  }

  ofBatch(batch: Batch): Promise<Scope> {
    return this.#find(batch.scopeId, batch.createdBy, batch.infras, batch.name);
  }

  readTask<T extends Task>(declared: Question, find: () => Promise<T>): Promise<Asked<T>> {
    return asksOfStored(declared, find, async (task) =>
      readQuestions(taskNames(task), await this.ofTask(task)),
    );
  }

  cancelTask<T extends Task>(declared: Question, find: () => Promise<T>): Promise<Asked<T>> {
    return asksOfStored(declared, find, async (task) =>
      cancelQuestions(taskNames(task), await this.ofTask(task)),
    );
  }

  repeatTask<T extends Task>(
    declared: Question,
    find: () => Promise<T>,
    checkMode: boolean,
  ): Promise<Asked<T>> {
    return asksOfStored(declared, find, async (task) =>
      doQuestions('execute', taskNames(task), await this.ofTask(task), checkMode || task.checkMode),
    );
  }

  readBatch(declared: Question, find: () => Promise<FoundBatch>): Promise<Asked<FoundBatch>> {
    return asksOfStored(declared, find, async ({ batch }) =>
      readQuestions(batchNames(batch), await this.ofBatch(batch)),
    );
  }

  cancelBatch(declared: Question, find: () => Promise<FoundBatch>): Promise<Asked<FoundBatch>> {
    return asksOfStored(declared, find, async ({ batch }) =>
      cancelQuestions(batchNames(batch), await this.ofBatch(batch)),
    );
  }

  resumeBatch(
    declared: Question,
    find: () => Promise<FoundBatch>,
    checkMode: boolean,
  ): Promise<Asked<FoundBatch>> {
    return asksOfStored(declared, find, async ({ batch }) =>
      doQuestions('execute', batchNames(batch), await this.ofBatch(batch), checkMode),
    );
  }

  /** The state of a task or a batch: it is part of the state, and a rule may deny the task or batch as such. */
  readState(declared: Question, find: () => Promise<FoundWork>): Promise<Asked<FoundWork>> {
    return asksOfStored(declared, find, async (found) => {
      const [scope, names] =
        'task' in found
          ? [await this.ofTask(found.task), taskNames(found.task)]
          : [await this.ofBatch(found.batch), batchNames(found.batch)];
      return [
        ...readQuestions([declared.resource], scope),
        ...readQuestions(names, scope).map((question) => ({ ...question, mode: 'not_denied' as const })),
      ];
    });
  }

  readRollback(declared: Question, find: () => Promise<Rollback>): Promise<Asked<Rollback>> {
    return asksOfStored(declared, find, async ({ scopeId, createdBy }) =>
      readQuestions([declared.resource], await this.#find(scopeId, createdBy, [])),
    );
  }

  /** What a process of the release before stored has no scope: all that is known is where it is. */
  async #find(
    scopeId: string | null,
    owner: string,
    infras: readonly string[],
    batch: string | null = null,
  ): Promise<Scope> {
    const scope = scopeId === null ? undefined : (await this.scopes.find([scopeId])).get(scopeId);
    return scope ?? scopeOf(owner, infras.map(anyServer), { batch });
  }
}

function anyServer(infra: string): Act {
  return { action: 'create', kind: 'server', infra, name: null, provider: null };
}

function taskNames({ id }: Task): Carrier {
  return [`tasks:${id}`];
}

function batchNames({ id, name }: Batch): Carrier {
  return [`batches:${name}`, `batches:${id}`];
}
