import type {
  JournalEntry as WireEntry,
  PlannedChange as WireChange,
  Resource as WireResource,
  ResourceKind,
} from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import type { ResourceKey } from '../../domain/rollback/resource-key.js';
import type { ChangeKind, JournalEntry, Resource } from '../../domain/rollback/rollback.js';
import type { PlannedChange } from '../../domain/task/task.js';

type Attributes = WireResource['attributes'];

const KINDS: readonly string[] = ['server', 'taskserv', 'cluster'] satisfies ResourceKind[];

/** Whether a text is a kind of resources. */
export function isKind(kind: string): kind is ResourceKind {
  return KINDS.includes(kind);
}

/**
 * The parts of a resource's `id`. A name may contain slashes, the other parts cannot.
 * @throws Failure `malformed` for any other form
 */
export function resourceKeyOf(id: string): ResourceKey {
  const [infra, kind, ...name] = id.split('/');
  if (infra && kind && name.join('') !== '') return { infra, kind, name: name.join('/') };
  throw new Failure(
    'malformed',
    `after must be the id of a resource, such as production/server/web-01, not ${JSON.stringify(id)}.`,
    {
      code: 'bad_parameter',
      details: [{ path: 'after', message: 'must be the id of a resource, such as production/server/web-01' }],
    },
  );
}

/** The journal has the reports of any program; drivers never write kinds that the platform does not know. */
export function kindOf(kind: string): ResourceKind {
  return isKind(kind) ? kind : 'server';
}

/** Attributes are plain values: lists and objects are shown as JSON. */
export function attributesOf(body: Record<string, unknown>): Attributes {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null
        ? value
        : JSON.stringify(value),
    ]),
  );
}

/** A resource of the inventory. */
export function presentResource(resource: Resource): WireResource {
  const { kind, infra, name, provider, driver, body, version, taskId, createdAt, updatedAt } = resource;
  return {
    id: `${infra}/${kind}/${name}`,
    kind: kindOf(kind),
    infra,
    name,
    provider,
    driver,
    attributes: attributesOf(body),
    version,
    task_id: taskId,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}

/** An entry of the journal. */
export function presentEntry(entry: JournalEntry): WireEntry {
  const { seq, taskId, batchId, attempt, state, change, infra, kind, name, provider, driver } = entry;
  return {
    seq,
    operation_id: taskId,
    state,
    change,
    kind: kindOf(kind),
    infra,
    name,
    provider,
    driver,
    before: entry.before && attributesOf(entry.before),
    after: entry.after && attributesOf(entry.after),
    task_id: taskId,
    batch_id: batchId,
    attempt,
    timestamp: entry.at.toISOString(),
    undone_by: entry.undoneBy,
  };
}

/** `245 MB` */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** A change of a resource, planned or made. */
export function presentChange(planned: Omit<PlannedChange, 'change'> & { change: ChangeKind }): WireChange {
  const { change, kind, infra, name, provider, before, after } = planned;
  return {
    change,
    kind: kindOf(kind),
    infra,
    name,
    ...(provider === null ? {} : { provider }),
    before: before && attributesOf(before),
    after: after && attributesOf(after),
  };
}

/** The number of changes of one kind. */
export function countOf(
  changes: readonly Pick<PlannedChange, 'change'>[],
  kind: PlannedChange['change'],
): number {
  return changes.filter(({ change }) => change === kind).length;
}
