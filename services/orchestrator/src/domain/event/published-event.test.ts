import { describe, expect, it } from '@jest/globals';
import { scopeOf } from '../access/scope.js';
import { subjectOf } from './event-subject.js';
import { publish } from './published-event.js';
import type { RecordedEvent } from './recorded-event.js';

const TASK = '0198f000-0000-7000-8000-000000000001';
const BATCH = '0198f000-0000-7000-8000-000000000002';

function recorded(event: Partial<RecordedEvent>): RecordedEvent {
  return {
    seq: 7,
    at: new Date('2025-09-26T10:00:00Z'),
    taskId: TASK,
    batchId: null,
    attempt: 1,
    type: 'finished',
    status: 'Completed',
    details: {},
    batch: null,
    plan: null,
    log: null,
    task: {
      kind: 'workflow',
      name: 'create_servers',
      infra: 'production',
      checkMode: false,
      operation: null,
      scopeId: null,
      scope: null,
    },
    ...event,
  };
}
const NO_SCOPE = { scopeId: null, scope: null } as const;
const PLAN = {
  id: '0198f000-0000-7000-8000-000000000003',
  kind: 'batch',
  name: 'weekly',
  infras: ['a'],
  scopeId: 's',
  scope: null,
};
const ofPlan = { type: 'plan_changed', taskId: null, task: null, plan: PLAN } as const;
const operation = {
  batchId: BATCH,
  task: { kind: 'operation', name: 'web', infra: 'a', checkMode: false, operation: 'web', ...NO_SCOPE },
  batch: { kind: 'batch', name: 'nightly', infras: ['a', 'b'], ...NO_SCOPE },
} as const;

describe('a published event', () => {
  it('has the members of the document, and the number as its id', () => {
    expect(publish(recorded({}))).toMatchObject({
      id: '7',
      event_type: 'TaskStatusChanged',
      timestamp: '2025-09-26T10:00:00.000Z',
      data: { task_id: TASK, status: 'completed' },
      metadata: { task_id: TASK, status: 'completed' },
    });
  });

  it.each([
    ['Ready', 'pending', 'ready'],
    ['RetryWait', 'pending', 'retry_wait'],
    ['Unknown', 'running', 'unknown'],
    ['Cancelled', 'cancelled', 'cancelled'],
  ])('of a task that is %s says %s, and %s', (stored, status, state) => {
    expect(publish(recorded({ status: stored }))!.data).toMatchObject({ status, state });
  });

  it('is an update of the batch for an operation as well as for the batch itself', () => {
    expect(publish(recorded(operation))).toMatchObject({
      event_type: 'BatchOperationUpdate',
      data: { operation_id: 'web', batch_name: 'nightly', status: 'completed' },
      metadata: { task_id: TASK, batch_id: BATCH, status: 'completed' },
    });
    const whole = recorded({ ...operation, task: null, taskId: null, status: 'RolledBack' });
    expect(publish(whole)).toMatchObject({
      event_type: 'BatchOperationUpdate',
      data: { operation_id: null, status: 'rolled_back', infras: ['a', 'b'] },
      metadata: { batch_id: BATCH, status: 'rolled_back' },
    });
    const undoing = recorded({ ...operation, task: { ...operation.task, kind: 'rollback' } });
    expect(publish(undoing)!.data).toMatchObject({ operation_id: 'web', undoes: true });
  });

  it('contains neither the worker nor signals', () => {
    const details = { worker_id: 'w', signals: ['TERM'], error: 'it broke', exit_code: 3 };
    const { data } = publish(recorded({ status: 'Failed', details }))!;
    expect(data).toMatchObject({ error: 'it broke', exit_code: 3 });
    expect(JSON.stringify(data)).not.toMatch(/worker|TERM/);
  });

  it('of a plan has its statuses, and what it is about', () => {
    const details = {
      previous: 'Approved',
      digest: 'sha256:1',
      batch_id: BATCH,
      required: 1,
      created_by: 'u',
    };
    expect(publish(recorded({ ...ofPlan, status: 'Executed', details }))).toMatchObject({
      event_type: 'PlanStatusChanged',
      data: {
        plan_id: PLAN.id,
        status: 'executed',
        previous: 'approved',
        name: 'weekly',
        infras: ['a'],
        digest: 'sha256:1',
      },
      metadata: { plan_id: PLAN.id, status: 'executed' },
    });
  });

  it.each(['late_result', 'refused', 'told', 'checkpoint_created', 'resource_changed'] as const)(
    'does not exist for %s',
    (type) => {
      for (const place of [{}, { taskId: null, task: null }, { ...operation, taskId: null, task: null }])
        expect(publish(recorded({ type, ...place }))).toBeUndefined();
    },
  );

  it('does not exist for a subject that the catalogue does not list for its type', () => {
    expect(publish(recorded({ type: 'ready', taskId: null, task: null, batchId: BATCH }))).toBeUndefined();
    expect(publish(recorded({ type: 'rolling_back' }))).toBeUndefined();
    expect(publish(recorded({ type: 'finished', taskId: null, task: null }))).toBeUndefined();
  });

  it('shows the progress of a batch as a share of its operations', () => {
    const details = { total_steps: 3, completed_steps: 1 };
    const event = recorded({
      ...operation,
      task: null,
      taskId: null,
      type: 'progress',
      status: 'Running',
      details,
    });
    expect(publish(event)).toMatchObject({
      event_type: 'WorkflowProgressUpdate',
      data: { workflow_id: BATCH, progress: 33.3, completed_steps: 1, total_steps: 3, current_step: null },
    });
  });
});

describe('the permission to read an event', () => {
  const asked = (event: Partial<RecordedEvent>) =>
    subjectOf(recorded(event))?.questions.map(
      ({ resource, alsoKnownAs = [], context, mode = 'allowed' }) => ({
        names: [resource, ...alsoKnownAs],
        infra: context['infra'],
        mode,
      }),
    );

  it('is that of the task and its infra, and its batch must not be denied', () => {
    expect(asked(operation)).toEqual([
      { names: [`tasks:${TASK}`], infra: 'a', mode: 'allowed' },
      { names: ['servers:a'], infra: 'a', mode: 'allowed' },
      { names: ['batches:nightly', `batches:${BATCH}`], infra: 'a', mode: 'not_denied' },
    ]);
  });

  it('is that of the plan in each of its infras, and does not exist while its scope is unknown', () => {
    const scope = scopeOf('u-1', [
      { action: 'create', kind: 'taskserv', infra: 'a', name: 'redis', provider: 'aws' },
      { action: 'create', kind: 'server', infra: 'b', name: 'web', provider: 'aws' },
    ]);
    const names = asked({ ...ofPlan, plan: { ...PLAN, scope } })!.map(({ names: [name] }) => name);
    expect(names).toEqual(['plans:a', 'plans:b', 'servers:a', 'taskservs:a/redis', 'servers:b']);
    expect(asked({ ...ofPlan, plan: { ...PLAN, scope: scopeOf('u-1', []) } })).toMatchObject([
      { names: ['plans:*'] },
    ]);
    expect(asked(ofPlan)).toBeUndefined();
  });

  it('is that of each resource that the task touches, by its scope', () => {
    const scope = scopeOf('u-1', [
      { action: 'create', kind: 'taskserv', infra: 'a', name: 'redis', provider: 'aws' },
    ]);
    const task = { ...operation.task, scope };
    const [first, ...things] = subjectOf(
      recorded({ ...operation, task, batchId: null, batch: null }),
    )!.questions;
    expect(first!.context).toEqual({
      infra: 'a',
      kind: 'taskserv',
      provider: 'aws',
      owner: 'u-1',
      check_mode: false,
    });
    expect(things.map(({ resource }) => resource)).toEqual(['servers:a', 'taskservs:a/redis']);
  });

  it('is that of the batch in each of its infras', () => {
    expect(asked({ ...operation, task: null, taskId: null })).toEqual([
      { names: ['batches:nightly', `batches:${BATCH}`], infra: 'a', mode: 'allowed' },
      { names: ['batches:nightly', `batches:${BATCH}`], infra: 'b', mode: 'allowed' },
      { names: ['servers:a'], infra: 'a', mode: 'allowed' },
      { names: ['servers:b'], infra: 'b', mode: 'allowed' },
    ]);
  });

  it('is that of the state of the platform where it has no other subject', () => {
    expect(asked({ taskId: null, task: null, type: 'health' })).toEqual([
      { names: ['state:*'], infra: undefined, mode: 'allowed' },
    ]);
  });

  it.each(['refused', 'told', 'checkpoint_created', 'resource_changed'] as const)(
    'is not defined for %s: no client may read it',
    (type) => {
      expect(subjectOf(recorded({ type, taskId: null, task: null }))).toBeUndefined();
    },
  );
});
