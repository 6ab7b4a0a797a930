import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import type { WorkerNotifier } from '../worker/worker-notifier.js';
import type { TaskStore } from '../task/task-store.js';
import { actsOfWorkflow } from '../access/acts-of.js';
import { scopeOf, type Scope } from '../access/scope.js';
import type { NewTask, Task } from '../task/task.js';
import { mustBeDefined, type Definitions } from './definitions.js';
import { authorshipOf, refuseReusedKey, type Submitter } from './submitter.js';

/** A workflow as the API receives it. */
export interface WorkflowRequest {
  infra: string;
  settings: string;
  checkMode: boolean;
  wait: boolean;
  operation: 'create' | 'delete';
}

/** A workflow with what it is about. */
export interface NamedWorkflow extends Omit<WorkflowRequest, 'checkMode'> {
  kind: 'servers' | 'taskserv' | 'cluster';
  /** Of the task service or the cluster; null for servers. */
  name: string | null;
}

/** Number of starts, at most, if the worker is lost: the provisioning command may be repeated safely. */
const MAX_ATTEMPTS = 3;

/** The work of a task, without its submitter. */
export type Work = Pick<NewTask, 'name' | 'infra' | 'checkMode' | 'program' | 'verb' | 'args' | 'retryOf'>;

/** A stored task. It is durable even if no worker can be notified. */
export interface Submitted {
  taskId: string;
  /** Whether an earlier request with the same Idempotency-Key submitted it. */
  replayed: boolean;
}

/** Creates or deletes the servers that the settings name. */
export function serversWork(request: WorkflowRequest): Work {
  const { operation } = request;
  return commandOf(`${operation}_servers`, ['servers', operation], [], request);
}

/** Creates or deletes a task service on the servers that the settings name for it. */
export function taskservWork(taskserv: string, request: WorkflowRequest): Work {
  const { operation } = request;
  return commandOf(`${operation}_taskserv`, ['taskserv', operation], [taskserv], request);
}

/** Creates or deletes a cluster. */
export function clusterWork(clusterType: string, request: WorkflowRequest): Work {
  const { operation } = request;
  return commandOf(`${operation}_cluster`, ['cluster', operation], [clusterType], request);
}

/** The work of a workflow that changes something. */
export function workOf({ kind, name, ...request }: NamedWorkflow): Work {
  const work = { ...request, checkMode: false };
  if (kind === 'servers') return serversWork(work);
  return kind === 'taskserv' ? taskservWork(name ?? '', work) : clusterWork(name ?? '', work);
}

function commandOf(name: string, verb: string[], subject: string[], request: WorkflowRequest): Work {
  const { infra, checkMode } = request;
  const args = [...subject, ...argumentsOf(request)];
  return { name, infra, checkMode, program: 'provisioning', verb, args, retryOf: null };
}

/** The access scope of the work of a user. */
export function scopeOfWork(work: Pick<Work, 'infra' | 'verb' | 'args' | 'checkMode'>, owner: string): Scope {
  return scopeOf(owner, actsOfWorkflow(work), { checkMode: work.checkMode });
}

/** Submits workflows. A workflow is one task: a run of the provisioning command. */
export class WorkflowService {
  constructor(
    private readonly store: Pick<TaskStore, 'submit'>,
    private readonly notifier: Pick<WorkerNotifier, 'submitted'>,
    private readonly definitions: Definitions,
  ) {}

  /**
   * @param work see {@link serversWork}, {@link taskservWork} and {@link clusterWork}
   * @throws Failure `invalid` (`unknown_definition`), `conflict` (`idempotency_key_reused`)
   */
  async run(work: Work, submitter: Submitter): Promise<Submitted> {
    return this.#submit(work, submitter);
  }

  /**
   * Repeats the work of a task that failed or was cancelled. Its completed changes are recognised. In check mode, the new
   * task only shows what would run.
   * @throws Failure `conflict` (`task_of_batch`, `task_not_failed`), and as `run`
   */
  async retry(task: Task, checkMode: boolean, submitter: Submitter): Promise<Submitted> {
    const { id } = task;
    if (task.kind !== 'workflow') {
      throw new Failure(
        'conflict',
        `The task ${id} is part of the batch ${task.batchId}. Resume the batch with POST /batch/operations/${task.batchId}/resume.`,
        { code: 'task_of_batch' },
      );
    }
    if (task.status !== 'Failed' && task.status !== 'Cancelled') {
      const reason = task.status === 'Completed' ? 'has completed' : 'has not ended';
      throw new Failure(
        'conflict',
        `The task ${id} ${reason}. Only tasks that failed or were cancelled can be retried.`,
        {
          code: 'task_not_failed',
        },
      );
    }
    const { name, infra, program, verb, args } = task;
    return this.#submit(
      {
        name,
        infra,
        program,
        verb,
        retryOf: id,
        checkMode: checkMode || task.checkMode,
        args: checkMode && !task.checkMode ? [...args, '--check'] : args,
      },
      submitter,
    );
  }

  /**
   * Checks the definition, only for `create`: a resource can be deleted without it.
   * @throws Failure `invalid` (`unknown_definition`)
   */
  async check({ verb: [kind, operation], args: [name = ''] }: Work): Promise<void> {
    if (operation === 'create' && (kind === 'taskserv' || kind === 'cluster'))
      await mustBeDefined(this.definitions, kind, name);
  }

  /** Returns the task of a workflow as it is stored. */
  taskOf(id: string, work: Work, submitter: Submitter): NewTask {
    return {
      ...work,
      id,
      kind: 'workflow',
      maxAttempts: MAX_ATTEMPTS,
      // The command shows in check mode what is missing, so the outcome of a lost attempt can be found out.
      reconcilable: !work.checkMode,
      ...authorshipOf(submitter),
      scope: scopeOfWork(work, submitter.userId),
    };
  }

  /** Notifies the workers of a task that was stored. */
  announce({ id, name, infra, createdByName }: NewTask): void {
    this.notifier.submitted({ id, kind: 'workflow', name, infras: [infra], submittedBy: createdByName });
  }

  async #submit(work: Work, submitter: Submitter): Promise<Submitted> {
    await this.check(work);
    const task = this.taskOf(uuidv7(), work, submitter);
    const submitted = await this.store.submit(task, submitter.idempotency);
    if (submitted.outcome === 'conflict') throw refuseReusedKey();
    if (submitted.outcome === 'created') this.announce(task);
    return { taskId: submitted.taskId, replayed: submitted.outcome === 'replayed' };
  }
}

/** Values follow the names of their options. They cannot be read as options: the contract refuses a leading dash. */
function argumentsOf({ infra, settings, checkMode, wait }: WorkflowRequest): string[] {
  return [
    '--infra',
    infra,
    '--settings',
    settings,
    ...(checkMode ? ['--check'] : []),
    ...(wait ? ['--wait'] : []),
  ];
}
