import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  createLogger,
  createPostgres,
  createRedis,
  createRegistry,
  databaseChecks,
  redisMetrics,
  Resources,
  type CommonConfig,
  type Logger,
  type ReadinessChecks,
  type SchemaSources,
} from '@provisioning/runtime';
import type { Redis } from 'ioredis';
import type { Knex } from 'knex';
import type { Registry } from 'prom-client';
import type { WorkerNotifier } from '../domain/worker/worker-notifier.js';
import type { JobTelemetry } from '../jobs/telemetry.js';
import { WorkQueue } from '../jobs/work-queue.js';
import { PostgresWorkerNotifier } from '../postgres/workers/worker-notifier.js';
import { queueMetrics } from './queue-metrics.js';

/** The Postgres schema of this service. */
export const SCHEMA = 'orchestrator';
/** Where the migrations and the SQL functions of the schema are. */
export const SCHEMA_SOURCES: SchemaSources = {
  /** Compiled beside `src`: `dist/migrations`. */
  migrations: fileURLToPath(new URL('../../migrations', import.meta.url)),
  /** `services/orchestrator/functions`, seen from the sources and from the compiled code. */
  functions: ['../../functions', '../../../functions']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path))!,
};

/** The connections that every process of the service opens. */
export interface Base {
  log: Logger;
  registry: Registry;
  database: Knex;
  redis: Redis | undefined;
  notifier: WorkerNotifier;
  /** The jobs of submitted work; absent where there is no Redis. */
  queue: WorkQueue | undefined;
  checks: ReadinessChecks;
  resources: Resources;
}

/** Opens the connections of a process. */
export function openBase(
  config: CommonConfig,
  processName: string,
  poolMax: number,
  sources = SCHEMA_SOURCES,
  telemetry?: JobTelemetry,
): Base {
  const resources = new Resources();
  const log = createLogger({ process: processName, level: config.logLevel, format: config.logFormat });
  const database = createPostgres({
    url: config.databaseUrl,
    schema: SCHEMA,
    applicationName: processName,
    log,
    poolMax,
  });
  resources.add('postgres', () => database.destroy());
  const redis = config.redisUrl === undefined ? undefined : createRedis(config.redisUrl, 'producer', log);
  if (redis) resources.add('redis', () => redis.disconnect());
  const registry = createRegistry();
  if (redis) redisMetrics(registry, redis);
  return {
    log,
    registry,
    database,
    redis,
    ...openNotifier(redis, database, { log, registry, resources }, telemetry),
    checks: databaseChecks(database, SCHEMA, sources),
    resources,
  };
}

function openNotifier(
  redis: Redis | undefined,
  database: Knex,
  { log, registry, resources }: Pick<Base, 'log' | 'registry' | 'resources'>,
  telemetry: JobTelemetry | undefined,
): Pick<Base, 'notifier' | 'queue'> {
  const wakeUps = new PostgresWorkerNotifier(database, log);
  const queue = redis && new WorkQueue(redis, log, telemetry);
  if (queue) {
    queueMetrics(registry, () => queue.counts());
    resources.add('queue', () => queue.close());
  }
  return { notifier: notifierOf(wakeUps, queue), queue };
}

/** Announces submitted work to the queue, where there is one, and wakes workers in the same way with and without it. */
export function notifierOf(
  wakeUps: Pick<WorkerNotifier, 'notify'>,
  queue: Pick<WorkQueue, 'add'> | undefined,
): WorkerNotifier {
  return {
    submitted: (work) => queue?.add(work),
    notify: (taskIds) => wakeUps.notify(taskIds),
  };
}
