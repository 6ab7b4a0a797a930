import { describe, expect, it } from '@jest/globals';
import { EVENT_TYPES, WEBHOOK_EVENTS } from '@provisioning/contracts';
import {
  definitionsOf,
  auditedTypes,
  isRecordedEventType,
  publicTypeOf,
  RECORDED_EVENT_TYPES,
  snapshotTypesOf,
  webhookEventOf,
} from './catalogue.js';

const TASK = { taskId: 't', batchId: null };
const OPERATION = { taskId: 't', batchId: 'b' };
const BATCH = { taskId: null, batchId: 'b' };
const NEITHER = { taskId: null, batchId: null };

describe('the catalogue of recorded events', () => {
  it('publishes these types, and no others', () => {
    const published = RECORDED_EVENT_TYPES.map((type) => [
      type,
      ...[TASK, OPERATION, BATCH, NEITHER].map((place) => publicTypeOf({ type, ...place }) ?? '-'),
    ]);
    const change = ['TaskStatusChanged', 'BatchOperationUpdate'];
    expect(published).toEqual([
      ['submitted', ...change, 'BatchOperationUpdate', '-'],
      ['ready', ...change, '-', '-'],
      ['started', ...change, 'BatchOperationUpdate', '-'],
      ['reconciling', ...change, '-', '-'],
      ['progress', 'WorkflowProgressUpdate', 'WorkflowProgressUpdate', 'WorkflowProgressUpdate', '-'],
      ['log', 'LogEntry', 'LogEntry', '-', '-'],
      ['attempt_failed', ...change, '-', '-'],
      ['requeued', ...change, '-', '-'],
      ['outcome_unknown', ...change, '-', '-'],
      ['cancel_requested', ...change, 'BatchOperationUpdate', '-'],
      ['cancelled', ...change, '-', '-'],
      ['finished', ...change, 'BatchOperationUpdate', '-'],
      ['late_result', '-', '-', '-', '-'],
      ['rolling_back', '-', '-', 'BatchOperationUpdate', '-'],
      ['health', '-', '-', '-', 'SystemHealthUpdate'],
      ['checkpoint_created', '-', '-', '-', '-'],
      ['plan_changed', 'PlanStatusChanged', 'PlanStatusChanged', 'PlanStatusChanged', 'PlanStatusChanged'],
      ['plan_decided', '-', '-', '-', '-'],
      ['resource_changed', '-', '-', '-', '-'],
      ['refused', '-', '-', '-', '-'],
      ['told', '-', '-', '-', '-'],
    ]);
    expect(new Set(published.flatMap(([, ...types]) => types))).toEqual(new Set(['-', ...EVENT_TYPES]));
  });

  it('sends webhooks the events of the contract, only at the end of tasks and batches, and of plans', () => {
    const events = RECORDED_EVENT_TYPES.flatMap((type) =>
      definitionsOf(type).flatMap(({ webhook }) => (webhook === 'none' ? [] : Object.values(webhook))),
    );
    expect(new Set(events)).toEqual(new Set(WEBHOOK_EVENTS));
    expect(webhookEventOf({ type: 'finished', status: 'Failed', ...OPERATION })).toBe('task.failed');
    expect(webhookEventOf({ type: 'finished', status: 'RolledBack', ...BATCH })).toBe('batch.rolled_back');
    expect(webhookEventOf({ type: 'cancelled', status: 'Cancelled', ...TASK })).toBe('task.cancelled');
    expect(webhookEventOf({ type: 'cancelled', status: 'Cancelled', ...BATCH })).toBeUndefined();
    expect(webhookEventOf({ type: 'attempt_failed', status: 'Failed', ...TASK })).toBeUndefined();
  });

  it('lists what is audited and what is part of a snapshot', () => {
    expect(auditedTypes()).toEqual([
      'submitted',
      'started',
      'attempt_failed',
      'cancel_requested',
      'cancelled',
      'finished',
      'checkpoint_created',
      'plan_changed',
      'plan_decided',
      'resource_changed',
      'refused',
      'told',
    ]);
    expect(snapshotTypesOf('batch')).toEqual([
      'submitted',
      'started',
      'cancel_requested',
      'finished',
      'rolling_back',
    ]);
    expect(snapshotTypesOf('task')).not.toContain('progress');
    expect(snapshotTypesOf('task')).toContain('late_result');
  });

  it('contains no type that it does not list', () => {
    expect(isRecordedEventType('submitted')).toBe(true);
    expect(['invented', '', 'toString', '__proto__'].filter(isRecordedEventType)).toEqual([]);
  });
});
