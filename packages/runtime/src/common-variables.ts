import { resolve } from 'node:path';
import type { CleanedEnv } from 'envalid';
import { bool, integer, listOf, oneOf, readEnvironment, secretText, str, urlOf } from './environment.js';
import { generatedSecret } from './generated-secret.js';

const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
const LARGEST_RATE = 1_000_000;

/** An origin in the form of browsers: scheme, host and port, without a path. */
const origins = listOf((word) => {
  if (!URL.canParse(word) || new URL(word).origin !== word) {
    throw new Error(`must list origins such as https://console.example.com, not ${JSON.stringify(word)}`);
  }
  return word;
});

/** The settings of every process that uses the database. */
export const databaseVariables = {
  DATABASE_URL: urlOf(
    'postgres:',
    'postgresql:',
  )({ desc: 'the URL of the Postgres database, postgres://user:password@host:5432/name' }),
  LOG_LEVEL: oneOf(...LOG_LEVELS)({ default: 'info' }),
  LOG_FORMAT: oneOf('json', 'text')({ default: 'json' }),
};

/** The settings of migrations. */
export const migrationVariables = {
  ...databaseVariables,
  PROVISIONING_RESTORED: bool({ default: false }),
};

/** The variables of every serving process; each process adds its own. */
export const commonVariables = {
  ...databaseVariables,
  NODE_ENV: oneOf('development', 'test', 'production')({ default: 'development' }),
  HOST: str({ default: '127.0.0.1' }),
  REDIS_URL: urlOf(
    'redis:',
    'rediss:',
  )({
    default: undefined,
    requiredWhen: isProduction,
    desc: 'production counts limits and passes signals through Redis, redis://host:6379',
  }),
  PROVISIONING_DATA_DIR: str({ default: '.data' }),
  JWT_SECRET: secretText({
    default: undefined,
    requiredWhen: isProduction,
    desc: 'in production no secret for tokens is generated. Make one with: openssl rand -base64 48',
  }),
  JWT_SECRET_PREVIOUS: secretText({ default: undefined }),
  RATE_LIMIT_AUTH: integer({ min: 0, max: LARGEST_RATE })({ default: 5 }),
  RATE_LIMIT_GENERAL: integer({ min: 0, max: LARGEST_RATE })({ default: 100 }),
  RATE_LIMIT_BATCH: integer({ min: 0, max: LARGEST_RATE })({ default: 10 }),
  TRUST_PROXY: integer({ min: 0, max: 16 })({ default: 0 }),
  HTTP_KEEP_ALIVE_SECONDS: integer({ min: 1, max: 3600 })({ default: 75 }),
  METRICS_TOKEN: str({ default: undefined }),
  ALLOWED_ORIGINS: origins({ default: [] }),
  PROVISIONING_COMMIT: str({ default: undefined }),
};

function isProduction(values: Record<string, unknown>): boolean {
  return values['NODE_ENV'] === 'production';
}

/** The checked values of {@link commonVariables}. */
export type CommonValues = CleanedEnv<typeof commonVariables>;

/** The settings of every serving process. */
export interface CommonConfig {
  production: boolean;
  host: string;
  databaseUrl: string;
  redisUrl: string | undefined;
  /** Absolute path. */
  dataDir: string;
  /** The first one signs tokens, all of them verify: for `createKeyring`. */
  jwtSecrets: [string, ...string[]];
  /** Requests a minute; 0 turns a limit off. */
  rateLimits: { auth: number; general: number; batch: number };
  trustProxy: number;
  /** How long a connection may be idle between two requests. */
  keepAliveSeconds: number;
  allowedOrigins: readonly string[];
  metricsToken: string | undefined;
  /** The commit that the program was built from, if it is known. */
  commit: string | undefined;
  logLevel: string;
  logFormat: 'json' | 'text';
}

/**
 * The common settings only. A process with further variables reads all of them at once with
 * `readEnvironment(environment, { ...commonVariables, … })`, so that every fault is reported, then calls
 * {@link commonConfig}.
 */
export function readCommonConfig(environment: Record<string, string | undefined>): CommonConfig {
  return commonConfig(readEnvironment(environment, commonVariables));
}

/** The common settings in the form that processes use. Generates the token secret if none is configured. */
export function commonConfig(values: CommonValues): CommonConfig {
  const dataDir = resolve(values.PROVISIONING_DATA_DIR);
  return {
    production: values.NODE_ENV === 'production',
    host: values.HOST,
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    dataDir,
    jwtSecrets: jwtSecrets(values, dataDir),
    rateLimits: {
      auth: values.RATE_LIMIT_AUTH,
      general: values.RATE_LIMIT_GENERAL,
      batch: values.RATE_LIMIT_BATCH,
    },
    trustProxy: values.TRUST_PROXY,
    keepAliveSeconds: values.HTTP_KEEP_ALIVE_SECONDS,
    allowedOrigins: values.ALLOWED_ORIGINS,
    metricsToken: values.METRICS_TOKEN,
    commit: values.PROVISIONING_COMMIT,
    logLevel: values.LOG_LEVEL,
    logFormat: values.LOG_FORMAT,
  };
}

/** Both services agree on a generated secret through their shared data directory. */
function jwtSecrets(values: CommonValues, dataDir: string): [string, ...string[]] {
  const current = values.JWT_SECRET ?? generatedSecret(dataDir, 'jwt-secret').value;
  return values.JWT_SECRET_PREVIOUS === undefined ? [current] : [current, values.JWT_SECRET_PREVIOUS];
}
