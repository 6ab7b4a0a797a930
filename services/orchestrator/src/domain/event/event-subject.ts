import { anyServer } from '../access/act.js';
import {
  batchNames,
  carrierQuestions,
  planQuestions,
  readQuestions,
  scopeOf,
  unlessDenied,
  type Carrier,
  type Scope,
} from '../access/scope.js';
import { lazyReadable, type Readable } from '../access/readable.js';
import { definitionOf, type ReadableSubject } from './catalogue.js';
import type { BatchSubject, RecordedEvent, TaskSubject } from './recorded-event.js';

/** The object that a client must be allowed to read to receive an event; undefined for a private event. */
export function subjectOf(event: RecordedEvent): Readable | undefined {
  const subject = definitionOf(event)?.subject;
  return subject && isReadable(subject) ? SUBJECTS[subject](event) : undefined;
}

/** A task, a batch or a plan as events refer to it. */
export type EventObject = Pick<RecordedEvent, 'taskId' | 'batchId' | 'task' | 'batch' | 'plan'>;

/** The object that a client must be allowed to read to receive data of a task, batch or plan; undefined: no client may. */
export function readableOf(about: EventObject): Readable | undefined {
  if (about.plan) return SUBJECTS.plan(about);
  return about.taskId === null ? SUBJECTS.batch(about) : SUBJECTS.task(about);
}

const SUBJECTS: Readonly<Record<ReadableSubject, (about: EventObject) => Readable | undefined>> = {
  task: ({ taskId, batchId, task, batch }) =>
    lazyReadable(taskId ?? '', () => {
      const scope = task ? scopeOfTask(task) : scopeOf('', []);
      // An operation is denied with its batch.
      const ofBatch =
        batchId === null
          ? []
          : carrierQuestions('read', namesOf(batchId, batch), { ...scope, batch: batch?.name ?? null });
      return [...readQuestions([`tasks:${taskId}`], scope), ...unlessDenied(ofBatch)];
    }),
  batch: ({ batchId, batch }) =>
    lazyReadable(batchId ?? '', () =>
      readQuestions(namesOf(batchId ?? '', batch), batch ? scopeOfBatch(batch) : scopeOf('', [])),
    ),
  // Without its scope it is not known what the plan changes.
  plan: ({ plan }) => {
    const scope = plan?.scope;
    return scope ? lazyReadable(`plans ${plan.scopeId}`, () => planQuestions('read', scope)) : undefined;
  },
  platform: () => ({ key: '', questions: [{ action: 'read', resource: 'state:*', context: {} }] }),
};

function isReadable(subject: string): subject is ReadableSubject {
  return Object.hasOwn(SUBJECTS, subject);
}

/** Tasks that the previous release stored have no scope: only their infra is known. */
function scopeOfTask({ scope, infra, checkMode }: TaskSubject): Scope {
  return scope ?? scopeOf('', [anyServer(infra)], { checkMode });
}

function scopeOfBatch({ scope, infras, name }: BatchSubject): Scope {
  return scope ?? scopeOf('', infras.map(anyServer), { batch: name });
}

function namesOf(id: string, batch: BatchSubject | null): Carrier {
  return batch ? batchNames({ id, name: batch.name }) : [`batches:${id}`];
}
