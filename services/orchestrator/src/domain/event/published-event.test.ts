import { describe, expect, it } from '@jest/globals';
import { subjectOf } from './event-subject.js';
import { publish } from './published-event.js';
import type { RecordedEvent } from './recorded-event.js';

const TASK = '0198f000-0000-7000-8000-000000000001';
const BATCH = '0198f000-0000-7000-8000-000000000002';

function recorded(event: Partial<RecordedEvent>): RecordedEvent {
  return {
    ...{ seq: 7, at: new Date('2025-09-26T10:00:00Z'), taskId: TASK, batchId: null, attempt: 1 },
    ...{ type: 'finished', status: 'Completed', details: {}, batch: null, log: null },
    task: {
      kind: 'workflow',
      name: 'create_servers',
      infra: 'production',
      checkMode: false,
      operation: null,
    },
    ...event,
  };
}
const operation = {
  batchId: BATCH,
  task: { kind: 'operation', name: 'web', infra: 'a', checkMode: false, operation: 'web' },
  batch: { kind: 'batch', name: 'nightly', infras: ['a', 'b'] },
} as const;

describe('what is told of an event', () => {
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

  it('of an operation is an update of its batch, and so is the batch itself', () => {
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

  it('keeps to itself which worker and which signals', () => {
    const details = { worker_id: 'w', signals: ['TERM'], error: 'it broke', exit_code: 3 };
    const { data } = publish(recorded({ status: 'Failed', details }))!;
    expect(data).toMatchObject({ error: 'it broke', exit_code: 3 });
    expect(JSON.stringify(data)).not.toMatch(/worker|TERM/);
  });

  it.each(['late_result', 'refused', 'told', 'checkpoint_created', 'resource_changed'] as const)(
    'is nothing of %s, whatever it names',
    (type) => {
      for (const place of [{}, { taskId: null, task: null }, { ...operation, taskId: null, task: null }])
        expect(publish(recorded({ type, ...place }))).toBeUndefined();
    },
  );

  it('is nothing of a type about what the catalogue does not list for it', () => {
    expect(publish(recorded({ type: 'ready', taskId: null, task: null, batchId: BATCH }))).toBeUndefined();
    expect(publish(recorded({ type: 'rolling_back' }))).toBeUndefined();
    expect(publish(recorded({ type: 'finished', taskId: null, task: null }))).toBeUndefined();
  });

  it('of a batch’s progress is a share of its operations', () => {
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

describe('what one must be allowed to read', () => {
  it('is the task, in its infra, and nothing of what it belongs to may be denied', () => {
    expect(subjectOf(recorded(operation))).toMatchObject({
      resource: `tasks:${TASK}`,
      contexts: [{ infra: 'a' }],
      alsoAbout: ['servers:a', `batches:${BATCH}`, 'batches:nightly'],
    });
  });

  it('is the batch in each of its infras', () => {
    expect(subjectOf(recorded({ ...operation, task: null, taskId: null }))).toMatchObject({
      resource: 'batches:nightly',
      contexts: [{ infra: 'a' }, { infra: 'b' }],
    });
  });

  it('is the state of the whole for what is about nothing else', () => {
    expect(subjectOf(recorded({ taskId: null, task: null, type: 'health' }))?.resource).toBe('state:*');
  });

  it.each(['refused', 'told', 'checkpoint_created', 'resource_changed'] as const)(
    'has no answer for %s: no client may read it',
    (type) => {
      expect(subjectOf(recorded({ type, taskId: null, task: null }))).toBeUndefined();
    },
  );
});
