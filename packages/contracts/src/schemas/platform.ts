import Type, { type Static } from 'typebox';
import { closed, count, id, listOf, name, nullable, oneOf, text, timestamp } from './basics.js';
import { resourceKind } from './resource.js';
import { WAITING_REASONS } from '../statuses.js';

const holderMembers = {
  task_id: nullable(id),
  batch_id: nullable(id),
  since: timestamp,
};
const lockHolderSchema = closed(
  {
    ...holderMembers,
    granted: Type.Boolean({ description: 'False while it waits for the lock of another infra' }),
  },
  {
    title: 'LockHolder',
    description: 'The task, or the batch or rollback (`batch_id`), that is first in the queue',
  },
);
const lockWaiterSchema = closed(
  {
    ...holderMembers,
    place: Type.Integer({ minimum: 1, description: 'Position in the queue, starting at 1' }),
  },
  { title: 'LockWaiter' },
);

/** Maximum number of waiters of a lock that an answer lists. */
export const MOST_WAITERS = 100;

/** The lock of an infra and its queue. */
export const lockSchema = closed(
  {
    infra: name,
    holder: lockHolderSchema,
    queue: listOf(lockWaiterSchema, MOST_WAITERS, { description: 'The first of those that wait' }),
    waiting: count,
  },
  { title: 'Lock' },
);
/** A value of {@link lockSchema}. */
export type Lock = Static<typeof lockSchema>;

const infraMembers = {
  name,
  servers: count,
  taskservs: count,
  clusters: count,
  lock: nullable(lockSchema),
};

/** An item of `GET /infras`. */
export const infraSummarySchema = closed(
  {
    ...infraMembers,
    settings_count: Type.Integer({ minimum: 0, description: 'Number of its settings files' }),
  },
  { title: 'InfraSummary' },
);
/** A value of {@link infraSummarySchema}. */
export type InfraSummary = Static<typeof infraSummarySchema>;

const settingsFileSchema = closed(
  { name: text(255), size_bytes: count, changed_at: timestamp },
  { title: 'SettingsFile' },
);

/** Response of `GET /infras/{infra}`. */
export const infraSchema = closed(
  { ...infraMembers, settings: listOf(settingsFileSchema) },
  { title: 'Infra' },
);
/** A value of {@link infraSchema}. */
export type Infra = Static<typeof infraSchema>;

/** An item of `GET /definitions`. */
export const definitionSchema = closed(
  {
    kind: oneOf(['taskserv', 'cluster']),
    name,
    description: nullable(text(1024)),
    default_version: nullable(text(128)),
    requires: listOf(name, 100, { description: 'The task services that it needs' }),
    fault: nullable(text(4096, { description: 'Why the definition cannot be used; null if it can' })),
  },
  { title: 'Definition' },
);
/** A value of {@link definitionSchema}. */
export type Definition = Static<typeof definitionSchema>;

/** An item of `GET /providers`. */
export const providerSchema = closed(
  {
    name,
    state: oneOf(['configured', 'local', 'unavailable'], {
      description: '`local`: it is not configured and falls back to the local driver',
    }),
    missing: nullable(text(512, { description: 'The variables that would configure it' })),
  },
  { title: 'Provider' },
);
/** A value of {@link providerSchema}. */
export type Provider = Static<typeof providerSchema>;

/** An item of `GET /workers`. */
export const workerSchema = closed(
  {
    id,
    host: text(255),
    slot: count,
    state: oneOf(['alive', 'overdue'], { description: '`overdue`: its lease has ended' }),
    running: Type.Integer({ minimum: 0, description: 'Number of the tasks that it runs' }),
    lease_left: Type.Number({ description: 'Seconds until its lease ends; negative if it has ended' }),
    started_at: timestamp,
    fault: nullable(text(2000, { description: 'Why it cannot start commands now' })),
    draining_since: nullable(timestamp),
  },
  { title: 'Worker' },
);
/** A value of {@link workerSchema}. */
export type Worker = Static<typeof workerSchema>;

/** Response of `GET /state/summary`. */
export const summarySchema = closed(
  {
    tasks: closed({ pending: count, running: count, failed_last_day: count }),
    waiting: listOf(
      closed(
        {
          reason: oneOf(WAITING_REASONS),
          tasks: count,
          oldest: timestamp,
        },
        { title: 'WaitingCount' },
      ),
      WAITING_REASONS.length,
      {
        description: 'The pending tasks by the reason why they wait; `oldest`: when the first was submitted',
      },
    ),
    batches: closed({ pending: count, running: count, rolling_back: count }),
    workers: closed({ alive: count, overdue: count }),
    locks: closed({ held: count, waiting: count }),
    as_of: timestamp,
  },
  { title: 'Summary' },
);
/** A value of {@link summarySchema}. */
export type Summary = Static<typeof summarySchema>;

/** Response of `POST /batch/plan`. */
export const batchPlanSchema = closed(
  {
    name,
    operations: listOf(
      closed(
        {
          id: name,
          type: text(32),
          provider: nullable(name),
          infra: name,
          dependencies: listOf(name, 10_000),
        },
        { title: 'PlannedOperation' },
      ),
      10_000,
    ),
    infras: listOf(name),
    locks: listOf(lockSchema, 1000, { description: 'The locks that it would wait for' }),
  },
  { title: 'BatchPlan' },
);
/** A value of {@link batchPlanSchema}. */
export type BatchPlan = Static<typeof batchPlanSchema>;

/** Path parameters of one resource. */
export const resourceParams = closed({
  infra: name,
  kind: resourceKind,
  name: text(128, { minLength: 1, description: 'For a task service: `server/taskserv`, with "/" as %2F' }),
});
