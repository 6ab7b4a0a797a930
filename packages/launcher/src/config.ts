import { resolve } from 'node:path';
import { integer, port, readEnvironment, str, urlOf } from '@provisioning/runtime';

/** The settings of `npm start`. */
export interface LauncherConfig {
  /** Root of the checkout: relative paths start here. */
  repository: string;
  dataDir: string;
  host: string;
  ports: { orchestrator: number; controlCenter: number };
  /** Where the control center serves internal routes; without a port, on a local socket. */
  internal: { host: string; port: number | undefined };
  /** Undefined: an embedded one is started. */
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  workers: number;
  production: boolean;
  admin: { username: string; password: string | undefined };
  /** The environment of every process of the platform; its spec adds to it. */
  environment: NodeJS.ProcessEnv;
}

const specification = {
  PROVISIONING_DATA_DIR: str({ default: '.data' }),
  PROVISIONING_WORKSPACE: str({ default: 'workspace' }),
  PROVISIONING_COMMAND: str({ default: 'packages/provisioner/bin/provisioning.js' }),
  HOST: str({ default: '127.0.0.1' }),
  ORCHESTRATOR_PORT: port({ default: 9090 }),
  CONTROL_CENTER_PORT: port({ default: 9080 }),
  INTERNAL_PORT: port({ default: undefined }),
  INTERNAL_HOST: str({ default: '127.0.0.1' }),
  DATABASE_URL: urlOf('postgres:', 'postgresql:')({ default: undefined }),
  REDIS_URL: urlOf('redis:', 'rediss:')({ default: undefined }),
  WORKERS: integer({ min: 1, max: 64 })({ default: 1 }),
  NODE_ENV: str({ default: 'development' }),
  ADMIN_USERNAME: str({ default: 'admin' }),
  ADMIN_PASSWORD: str({ default: undefined }),
  LOG_FORMAT: str({ default: 'json' }),
};

/** @throws Failure `invalid` with one sentence that names every wrong variable. */
export function readConfig(repository: string, variables: NodeJS.ProcessEnv = process.env): LauncherConfig {
  const values = readEnvironment(variables, specification);
  const path = (text: string): string => resolve(repository, text);
  const dataDir = path(values.PROVISIONING_DATA_DIR);
  return {
    repository,
    dataDir,
    host: values.HOST,
    ports: { orchestrator: values.ORCHESTRATOR_PORT, controlCenter: values.CONTROL_CENTER_PORT },
    internal: { host: values.INTERNAL_HOST, port: values.INTERNAL_PORT },
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    workers: values.WORKERS,
    production: values.NODE_ENV === 'production',
    admin: { username: values.ADMIN_USERNAME, password: values.ADMIN_PASSWORD },
    environment: {
      ...variables,
      PROVISIONING_DATA_DIR: dataDir,
      PROVISIONING_WORKSPACE: path(values.PROVISIONING_WORKSPACE),
      PROVISIONING_COMMAND: path(values.PROVISIONING_COMMAND),
      HOST: values.HOST,
      LOG_FORMAT: values.LOG_FORMAT,
    },
  };
}
