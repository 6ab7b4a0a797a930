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
import { BullWorkerNotifier } from '../jobs/producer.js';
import type { JobTelemetry } from '../jobs/telemetry.js';
import { PostgresWorkerNotifier } from '../postgres/workers/worker-notifier.js';
import { wakeUpMetrics } from './wake-up-metrics.js';

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
  /** Checks that Redis stores wake-ups; absent without Redis. Throws a Failure with the reason if it does not. */
  probeQueue: (() => Promise<void>) | undefined;
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
): Pick<Base, 'notifier' | 'probeQueue'> {
  if (!redis) return { notifier: new PostgresWorkerNotifier(database, log), probeQueue: undefined };
  const notifier = new BullWorkerNotifier(redis, log, telemetry);
  wakeUpMetrics(registry, () => notifier.jobs());
  resources.add('queue', () => notifier.close());
  return { notifier, probeQueue: () => notifier.probe() };
}
