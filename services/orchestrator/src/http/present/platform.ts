import type {
  Definition,
  Infra as WireInfra,
  InfraSummary,
  Lock as WireLock,
  Summary,
  Worker,
} from '@provisioning/contracts';
import type {
  DefinitionSummary,
  Infra,
  Lock,
  LockPlace,
  WorkerSummary,
  WorkSummary,
} from '../../domain/platform/platform.js';

/** A lock as the API gives it, with its queue. */
export function presentLock({ infra, holder, queue, waiting }: Lock): WireLock {
  return {
    infra,
    holder: { ...presentPlace(holder), granted: holder.granted },
    queue: queue.map((place, index) => ({ ...presentPlace(place), place: index + 1 })),
    waiting,
  };
}

function presentPlace({ holderId, holderKind, since }: LockPlace) {
  return {
    task_id: holderKind === 'task' ? holderId : null,
    batch_id: holderKind === 'batch' ? holderId : null,
    since: since.toISOString(),
  };
}

/** An infra as lists have it. */
export function presentInfraSummary(infra: Infra): InfraSummary {
  return { ...presentCounts(infra), settings_count: infra.settings.length };
}

/** An infra with its settings files, 1,000 at most. */
export function presentInfra(infra: Infra): WireInfra {
  const settings = infra.settings.slice(0, 1000).map(({ name, sizeBytes, changedAt }) => ({
    name,
    size_bytes: sizeBytes,
    changed_at: changedAt.toISOString(),
  }));
  return { ...presentCounts(infra), settings };
}

function presentCounts({ name, servers, taskservs, clusters, lock }: Infra) {
  return { name, servers, taskservs, clusters, lock: lock && presentLock(lock) };
}

/** A definition of a task service or cluster as the API gives it. */
export function presentDefinition({
  defaultVersion,
  requires,
  fault,
  ...rest
}: DefinitionSummary): Definition {
  return {
    ...rest,
    default_version: defaultVersion,
    requires: requires.slice(0, 100),
    fault: fault && fault.slice(0, 4096),
  };
}

/** A worker as the API gives it. `lease_left` is in seconds. */
export function presentWorker({ leaseLeft, startedAt, drainingSince, ...rest }: WorkerSummary): Worker {
  return {
    ...rest,
    lease_left: leaseLeft,
    started_at: startedAt.toISOString(),
    draining_since: drainingSince?.toISOString() ?? null,
  };
}

/** Counts of work, workers and locks as the API gives them. */
export function presentSummary({ tasks, waiting, batches, workers, locks, asOf }: WorkSummary): Summary {
  return {
    tasks: { pending: tasks.pending, running: tasks.running, failed_last_day: tasks.failedLastDay },
    waiting: waiting.map(({ oldest, ...rest }) => ({ ...rest, oldest: oldest.toISOString() })),
    batches: { pending: batches.pending, running: batches.running, rolling_back: batches.rollingBack },
    workers,
    locks,
    as_of: asOf.toISOString(),
  };
}
