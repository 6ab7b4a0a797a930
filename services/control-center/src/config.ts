import {
  bool,
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
  /** Whether an admin without a second factor may do nothing but set one up. */
  requireAdminMfa: boolean;
}

interface Secrets extends Pick<CommonConfig, 'jwtSecrets' | 'metricsToken'> {
  /** Undefined in production where none is configured: hashes are then made without. */
  passwordPepper: string | undefined;
  /** What second factors are sealed with. Undefined in production where none is configured: then there are none. */
  mfaKey: string | undefined;
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
  REQUIRE_ADMIN_MFA: bool({ default: undefined }),
  MFA_ENCRYPTION_KEY: secretText({
    default: undefined,
    requiredWhen: (values) => values['NODE_ENV'] === 'production' && values['REQUIRE_ADMIN_MFA'] !== false,
    desc: 'second factors, which admins must have in production unless REQUIRE_ADMIN_MFA=false, are sealed with it, make one with: openssl rand -base64 48',
  }),
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
    requireAdminMfa: values.REQUIRE_ADMIN_MFA ?? common.production,
  };
  const secrets: Secrets = {
    jwtSecrets,
    metricsToken,
    passwordPepper: values.PASSWORD_PEPPER ?? generated(config, 'password-pepper'),
    mfaKey: values.MFA_ENCRYPTION_KEY ?? generated(config, 'mfa-encryption-key'),
    adminPassword: values.ADMIN_PASSWORD,
  };
  return Object.freeze({ config: Object.freeze(config), secrets: Object.freeze(secrets) });
}

function generated({ production, dataDir }: Config, name: string): string | undefined {
  return production ? undefined : generatedSecret(dataDir, name).value;
}
