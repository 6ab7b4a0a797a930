import {
  commonConfig,
  commonVariables,
  integer,
  port,
  readEnvironment,
  secretText,
  generatedSecret,
  str,
  type CommonConfig,
} from '@provisioning/runtime';
import type { Lifetimes } from './domain/session/session.js';

export interface Config extends Omit<CommonConfig, 'jwtSecrets' | 'metricsToken'> {
  port: number;
  bcryptCost: number;
  lifetimes: Lifetimes;
  admin: { username: string; email: string };
}

interface Secrets extends Pick<CommonConfig, 'jwtSecrets' | 'metricsToken'> {
  /** Undefined in production where none is configured: hashes are then made without. */
  passwordPepper: string | undefined;
  /** Needed by the very first start only. */
  adminPassword: string | undefined;
}

export interface Configuration {
  config: Readonly<Config>;
  secrets: Readonly<Secrets>;
}

const DAY = 24 * 60 * 60;
const LONGEST_LIFE = 30 * DAY;

const variables = {
  ...commonVariables,
  CONTROL_CENTER_PORT: port({ default: 9080 }),
  TOKEN_LIFETIME_SECONDS: integer({ min: 1, max: LONGEST_LIFE })({ default: 8 * 60 * 60 }),
  SESSION_LIFETIME_SECONDS: integer({ min: 1, max: LONGEST_LIFE })({ default: DAY }),
  BCRYPT_COST: integer({ min: 10, max: 16 })({ default: 12 }),
  PASSWORD_PEPPER: secretText({ default: undefined }),
  ADMIN_USERNAME: str({ default: 'admin' }),
  ADMIN_PASSWORD: str({ default: undefined }),
  ADMIN_EMAIL: str({ default: 'admin@example.com' }),
};

type Environment = Record<string, string | undefined>;

/** The only place that reads the environment. @throws Failure `invalid` that names every fault. */
export function readConfig(environment: Environment = process.env): Configuration {
  const values = readEnvironment(environment, variables);
  const { jwtSecrets, metricsToken, ...common } = commonConfig(values);
  const config: Config = {
    ...common,
    port: values.CONTROL_CENTER_PORT,
    bcryptCost: values.BCRYPT_COST,
    lifetimes: {
      tokenSeconds: values.TOKEN_LIFETIME_SECONDS,
      sessionSeconds: values.SESSION_LIFETIME_SECONDS,
    },
    admin: { username: values.ADMIN_USERNAME, email: values.ADMIN_EMAIL },
  };
  const secrets: Secrets = {
    jwtSecrets,
    metricsToken,
    passwordPepper: values.PASSWORD_PEPPER ?? generatedPepper(config),
    adminPassword: values.ADMIN_PASSWORD,
  };
  return Object.freeze({ config: Object.freeze(config), secrets: Object.freeze(secrets) });
}

function generatedPepper({ production, dataDir }: Config): string | undefined {
  return production ? undefined : generatedSecret(dataDir, 'password-pepper').value;
}
