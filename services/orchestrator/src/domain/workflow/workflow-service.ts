import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import type { Doorbell, IdempotencyKey, TaskStore } from '../ports.js';

/** Who asks for a workflow, and in which request. */
export interface Submitter {
  userId: string;
  username: string;
  requestId: string;
  traceparent: string | undefined;
  idempotency: IdempotencyKey | undefined;
}

export interface ServersRequest {
  infra: string;
  settings: string;
  checkMode: boolean;
  wait: boolean;
}

/** How often a task is started in all when its worker is lost: the provisioning command may be run again safely. */
const MAX_ATTEMPTS = 3;

/** A workflow is one task: a run of the provisioning command. */
export class WorkflowService {
  constructor(
    private readonly store: Pick<TaskStore, 'submit'>,
    private readonly doorbell: Doorbell,
  ) {}

  /** @returns the task's id; durable when this resolves, whether or not any worker can be told. */
  async createServers(
    request: ServersRequest,
    submitter: Submitter,
  ): Promise<{ taskId: string; replayed: boolean }> {
    const { userId, username, requestId, traceparent, idempotency } = submitter;
    const submitted = await this.store.submit(
      {
        id: uuidv7(),
        kind: 'workflow',
        name: 'create_servers',
        infra: request.infra,
        checkMode: request.checkMode,
        program: 'provisioning',
        verb: ['servers', 'create'],
        args: argumentsOf(request),
        maxAttempts: MAX_ATTEMPTS,
        createdBy: userId,
        createdByName: username,
        requestId,
        traceparent,
      },
      idempotency,
    );
    if (submitted.outcome === 'conflict') {
      throw new Failure(
        'conflict',
        'This Idempotency-Key was used with another request in the last 24 hours. Take a new key.',
        {
          code: 'idempotency_key_reused',
        },
      );
    }
    if (submitted.outcome === 'created' && submitted.ready) await this.doorbell.ring([submitted.taskId]);
    return { taskId: submitted.taskId, replayed: submitted.outcome === 'replayed' };
  }
}

/** Values stand behind their option's name and are no options themselves: the contract refuses a leading dash. */
function argumentsOf({ infra, settings, checkMode, wait }: ServersRequest): string[] {
  return [
    '--infra',
    infra,
    '--settings',
    settings,
    ...(checkMode ? ['--check'] : []),
    ...(wait ? ['--wait'] : []),
  ];
}
