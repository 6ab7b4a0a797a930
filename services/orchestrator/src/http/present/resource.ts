import type {
  JournalEntry as WireEntry,
  Resource as WireResource,
  ResourceKind,
} from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import type { ResourceKey } from '../../domain/rollback/resource-key.js';
import type { JournalEntry, Resource } from '../../domain/rollback/rollback.js';

type Attributes = WireResource['attributes'];

const KINDS: readonly string[] = ['server', 'taskserv', 'cluster'] satisfies ResourceKind[];

export function isKind(kind: string): kind is ResourceKind {
  return KINDS.includes(kind);
}

/**
 * What the `id` of a resource names. A name may hold slashes, the others can't.
 * @throws Failure `malformed` where it is no such id
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

/** The journal holds what programs report; what is no kind of ours is never written there by a driver. */
export function kindOf(kind: string): ResourceKind {
  return isKind(kind) ? kind : 'server';
}

/** Attributes are plain values: what is a list or an object stands there as JSON. */
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
