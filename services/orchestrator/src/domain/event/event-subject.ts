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

export function subjectOf({ taskId, batchId, task, batch }: RecordedEvent): EventSubject {
  const batches = batchId === null ? [] : [`batches:${batchId}`, ...(batch ? [`batches:${batch.name}`] : [])];
  if (taskId !== null) {
    const context = task ? { infra: task.infra, check_mode: task.checkMode, name: task.name } : {};
    const alsoAbout = [...(task ? [`servers:${task.infra}`] : []), ...batches];
    return { resource: `tasks:${taskId}`, contexts: [context], alsoAbout, key: taskId };
  }
  if (batchId !== null) {
    const { name = batchId, infras = [] } = batch ?? {};
    const contexts = infras.length > 0 ? infras.map((infra) => ({ infra, name })) : [{ name }];
    const alsoAbout = [...infras.map((infra) => `servers:${infra}`), ...batches];
    return { resource: `batches:${name}`, contexts, alsoAbout, key: batchId };
  }
  return { resource: 'state:*', contexts: [{}], alsoAbout: [], key: '' };
}
