import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import type { WorkerNotifier } from '../worker/worker-notifier.js';
import type { TaskStore } from '../task/task-store.js';
import { actsOfWorkflow } from '../access/acts-of.js';
import { scopeOf, type Scope } from '../access/scope.js';
import type { NewTask, Task } from '../task/task.js';
import { mustBeDefined, type Definitions } from './definitions.js';
import { authorshipOf, refuseReusedKey, type Submitter } from './submitter.js';

export interface WorkflowRequest {
  infra: string;
  settings: string;
  checkMode: boolean;
  wait: boolean;
  operation: 'create' | 'delete';
}

/** How often a task is started in all when its worker is lost: the provisioning command may be run again safely. */
const MAX_ATTEMPTS = 3;

/** What is to be run; the rest of a task follows from who asks. */
export type Work = Pick<NewTask, 'name' | 'infra' | 'checkMode' | 'program' | 'verb' | 'args' | 'retryOf'>;

/** A task's id; durable, whether or not any worker can be told. */
export interface Submitted {
  taskId: string;
  /** The same request was sent before: this is its first answer. */
  replayed: boolean;
}

/** Creates or deletes the servers that the settings name. */
export function serversWork(request: WorkflowRequest): Work {
  const { operation } = request;
  return workOf(`${operation}_servers`, ['servers', operation], [], request);
}

/** Creates or deletes a task service on the servers that the settings name for it. */
export function taskservWork(taskserv: string, request: WorkflowRequest): Work {
  const { operation } = request;
  return workOf(`${operation}_taskserv`, ['taskserv', operation], [taskserv], request);
}

export function clusterWork(clusterType: string, request: WorkflowRequest): Work {
  const { operation } = request;
  return workOf(`${operation}_cluster`, ['cluster', operation], [clusterType], request);
}

function workOf(name: string, verb: string[], subject: string[], request: WorkflowRequest): Work {
  const { infra, checkMode } = request;
  const args = [...subject, ...argumentsOf(request)];
  return { name, infra, checkMode, program: 'provisioning', verb, args, retryOf: null };
}

/** What work touches, of that user. */
export function scopeOfWork(work: Pick<Work, 'infra' | 'verb' | 'args' | 'checkMode'>, owner: string): Scope {
  return scopeOf(owner, actsOfWorkflow(work), { checkMode: work.checkMode });
}

/** A workflow is one task: a run of the provisioning command. */
export class WorkflowService {
  constructor(
    private readonly store: Pick<TaskStore, 'submit'>,
    private readonly notifier: Pick<WorkerNotifier, 'notify'>,
    private readonly definitions: Definitions,
  ) {}

  /** @param work see {@link serversWork}, {@link taskservWork} and {@link clusterWork} */
  async run(work: Work, submitter: Submitter): Promise<Submitted> {
    return this.#submit(work, submitter);
  }

  /**
   * Does the work of a task that failed or was cancelled again. What it had done is found done; in check mode, the new
   * task only shows what would run.
   */
  async retry(task: Task, checkMode: boolean, submitter: Submitter): Promise<Submitted> {
    const { id } = task;
    if (task.kind !== 'workflow') {
      throw new Failure(
        'conflict',
        `The task ${id} is part of the batch ${task.batchId}: POST /batch/operations/${task.batchId}/resume goes on with it.`,
        { code: 'task_of_batch' },
      );
    }
    if (task.status !== 'Failed' && task.status !== 'Cancelled') {
      const reason = task.status === 'Completed' ? 'has completed' : 'has not ended';
      throw new Failure(
        'conflict',
        `The task ${id} ${reason}: only one that failed or was cancelled can be run again.`,
        {
          code: 'task_not_failed',
        },
      );
    }
    const { name, infra, program, verb, args } = task;
    return this.#submit(
      {
        ...{ name, infra, program, verb, retryOf: id, checkMode: checkMode || task.checkMode },
        args: checkMode && !task.checkMode ? [...args, '--check'] : args,
      },
      submitter,
    );
  }

  /** Only to create: what exists can be deleted when its definition is gone. */
  async #mustBeInstallable({ verb: [kind, operation], args: [name = ''] }: Work): Promise<void> {
    if (operation === 'create' && (kind === 'taskserv' || kind === 'cluster'))
      await mustBeDefined(this.definitions, kind, name);
  }

  async #submit(work: Work, submitter: Submitter): Promise<Submitted> {
    await this.#mustBeInstallable(work);
    const submitted = await this.store.submit(
      {
        ...work,
        id: uuidv7(),
        kind: 'workflow',
        maxAttempts: MAX_ATTEMPTS,
        // In check mode the command tells what is missing: so it can be asked what became of a lost attempt.
        reconcilable: !work.checkMode,
        ...authorshipOf(submitter),
        scope: scopeOfWork(work, submitter.userId),
      },
      submitter.idempotency,
    );
    if (submitted.outcome === 'conflict') throw refuseReusedKey();
    if (submitted.outcome === 'created' && submitted.ready) this.notifier.notify([submitted.taskId]);
    return { taskId: submitted.taskId, replayed: submitted.outcome === 'replayed' };
  }
}

/** Values stand behind their option's name and are no options themselves: the contract refuses a leading dash. */
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
