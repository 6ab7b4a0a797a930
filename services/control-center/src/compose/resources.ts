import { fileURLToPath } from 'node:url';
import {
  createLogger,
  createPostgres,
  createRedis,
  createRegistry,
  databaseChecks,
  poolMetrics,
  poolStateOf,
  redisMetrics,
  Resources,
  type Logger,
  type ReadinessChecks,
} from '@provisioning/runtime';
import type { Redis } from 'ioredis';
import type { Knex } from 'knex';
import type { Registry } from 'prom-client';
import type { Config } from '../config.js';

export const SCHEMA = 'control_center';
/** Compiled to `dist/migrations`, beside `dist/src`. */
export const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

/** The open resources of a process; `resources` closes them. */
export interface Opened {
  log: Logger;
  registry: Registry;
  database: Knex;
  redis: Redis | undefined;
  checks: ReadinessChecks;
  resources: Resources;
}

/** Opens the connections of a process. They connect at their first use. */
export function openResources(config: Config, overrides: { log?: Logger; migrations?: string } = {}): Opened {
  const { log = logger(config), migrations = MIGRATIONS } = overrides;
  const resources = new Resources();
  const database = createPostgres({
    url: config.databaseUrl,
    schema: SCHEMA,
    applicationName: 'control-center',
    log,
  });
  resources.add('postgres', () => database.destroy());
  const redis = config.redisUrl === undefined ? undefined : createRedis(config.redisUrl, 'producer', log);
  if (redis) resources.add('redis', () => redis.disconnect());
  const checks = databaseChecks(database, SCHEMA, { migrations });
  const registry = createRegistry();
  poolMetrics(registry, { main: () => poolStateOf(database) });
  if (redis) redisMetrics(registry, redis);
  return { log, registry, database, redis, checks, resources };
}

function logger({ logLevel, logFormat }: Config): Logger {
  return createLogger({ process: 'control-center', level: logLevel, format: logFormat });
}
