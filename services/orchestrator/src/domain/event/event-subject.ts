import { definitionOf, type ReadableSubject } from './catalogue.js';
import type { RecordedEvent } from './recorded-event.js';

/** What one must be allowed to read to hear of an event. */
export interface EventSubject {
  resource: string;
  /** One for each infra that it is about: it must be allowed in all of them. */
  contexts: readonly Record<string, unknown>[];
  /** What else it tells of: whoever is denied to read one of these does not hear of it. */
  alsoAbout: readonly string[];
  /** The same for the same question. */
  key: string;
}

/** Undefined for an event that no client may read. */
export function subjectOf(event: RecordedEvent): EventSubject | undefined {
  const subject = definitionOf(event)?.subject;
  return subject && isReadable(subject) ? SUBJECTS[subject](event) : undefined;
}

const SUBJECTS: Readonly<Record<ReadableSubject, (event: RecordedEvent) => EventSubject>> = {
  task({ taskId, batchId, task, batch }) {
    const id = taskId ?? '';
    const context = task ? { infra: task.infra, check_mode: task.checkMode, name: task.name } : {};
    const alsoAbout = [...(task ? [`servers:${task.infra}`] : []), ...batchResources(batchId, batch)];
    return { resource: `tasks:${id}`, contexts: [context], alsoAbout, key: id };
  },
  batch({ batchId, batch }) {
    const id = batchId ?? '';
    const { name = id, infras = [] } = batch ?? {};
    const contexts = infras.length > 0 ? infras.map((infra) => ({ infra, name })) : [{ name }];
    const alsoAbout = [...infras.map((infra) => `servers:${infra}`), ...batchResources(batchId, batch)];
    return { resource: `batches:${name}`, contexts, alsoAbout, key: id };
  },
  platform: () => ({ resource: 'state:*', contexts: [{}], alsoAbout: [], key: '' }),
};

function isReadable(subject: string): subject is ReadableSubject {
  return Object.hasOwn(SUBJECTS, subject);
}

function batchResources(batchId: string | null, batch: RecordedEvent['batch']): string[] {
  if (batchId === null) return [];
  return [`batches:${batchId}`, ...(batch ? [`batches:${batch.name}`] : [])];
}
