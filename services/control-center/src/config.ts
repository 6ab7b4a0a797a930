import { messageOf } from '@provisioning/errors';
import { randomBytes, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { LONGEST_TOKEN_LIFE_SECONDS } from '@provisioning/auth-token';
import {
  bool,
  commonConfig,
  commonVariables,
  configurationFailure,
  integer,
  listOf,
  port,
  readEnvironment,
  secretText,
  generatedSecret,
  str,
  type CommonConfig,
} from '@provisioning/runtime';
import { readPublicKey, readSigningKey } from './credentials/checkpoint-keys.js';
import type { SealEvery } from './domain/audit/sealer.js';
import type { Lifetimes } from './domain/session/session.js';

/** The settings of the control center, without secrets. */
export interface Config extends Omit<CommonConfig, 'jwtSecrets' | 'metricsToken'> {
  port: number;
  /** Where internal operations are served; without a port, on a local socket named after the public port. */
  internal: { host: string; port: number | undefined; rateLimit: number };
  bcryptCost: number;
  lifetimes: Lifetimes;
  admin: { username: string; email: string };
  audit: {
    sealEvery: SealEvery;
    /** A path outside the database. */
    checkpointFile: string;
    /** Public keys of earlier signing keys. */
    publicKeys: readonly KeyObject[];
    /** 0 keeps everything. */
    retentionDays: number;
  };
  /** How long expired sessions and decisions are kept, in days. */
  retention: { sessionDays: number; decisionDays: number };
  /** Whether an administrator without a second factor may only set one up. */
  requireAdminMfa: boolean;
}

interface Secrets extends Pick<CommonConfig, 'jwtSecrets' | 'metricsToken'> {
  /** Undefined in production where none is configured: passwords are then hashed without. */
  passwordPepper: string | undefined;
  /**
   * The key that second factors are encrypted with. Undefined in production where none is configured: there are no
   * second factors then.
   */
  mfaKey: string | undefined;
  /** Needed only by the first start. */
  adminPassword: string | undefined;
  /** Undefined in production where none is configured: the audit trail is then chained, but not signed. */
  auditSigningKey: KeyObject | undefined;
}

/** The settings and the secrets, kept apart so that settings can be logged. */
export interface Configuration {
  config: Readonly<Config>;
  secrets: Readonly<Secrets>;
}

const DAY = 24 * 60 * 60;

const variables = {
  ...commonVariables,
  CONTROL_CENTER_PORT: port({ default: 9080 }),
  INTERNAL_PORT: port({ default: undefined }),
  INTERNAL_HOST: str({ default: '127.0.0.1' }),
  RATE_LIMIT_INTERNAL: integer({ min: 0, max: 1_000_000 })({ default: 6000 }),
  TOKEN_LIFETIME_SECONDS: integer({ min: 1, max: LONGEST_TOKEN_LIFE_SECONDS })({ default: 8 * 60 * 60 }),
  SESSION_LIFETIME_SECONDS: integer({ min: 1, max: LONGEST_TOKEN_LIFE_SECONDS })({ default: DAY }),
  BCRYPT_COST: integer({ min: 10, max: 16 })({ default: 12 }),
  PASSWORD_PEPPER: secretText({ default: undefined }),
  REQUIRE_ADMIN_MFA: bool({ default: undefined }),
  MFA_ENCRYPTION_KEY: secretText({
    default: undefined,
    requiredWhen: (values) => values['NODE_ENV'] === 'production' && values['REQUIRE_ADMIN_MFA'] !== false,
    desc: 'it encrypts the second factors that admins must have in production unless REQUIRE_ADMIN_MFA=false. Make one with: openssl rand -base64 48',
  }),
  ADMIN_USERNAME: str({ default: 'admin' }),
  ADMIN_PASSWORD: str({ default: undefined }),
  ADMIN_EMAIL: str({ default: 'admin@example.com' }),
  AUDIT_SIGNING_KEY: str({ default: undefined }),
  AUDIT_PUBLIC_KEYS: listOf(String)({ default: [] }),
  AUDIT_CHECKPOINTS_FILE: str({ default: undefined }),
  AUDIT_CHECKPOINT_RECORDS: integer({ min: 1, max: 1_000_000 })({ default: 1000 }),
  AUDIT_CHECKPOINT_SECONDS: integer({ min: 1, max: DAY })({ default: 300 }),
  SESSION_RETENTION_DAYS: integer({ min: 0, max: 36_500 })({ default: 30 }),
  DECISION_RETENTION_DAYS: integer({ min: 1, max: 36_500 })({ default: 30 }),
  AUDIT_RETENTION_DAYS: integer({ min: 0, max: 36_500 })({ default: 0 }),
};

type Environment = Record<string, string | undefined>;

/**
 * Reads the environment, which nothing else does. @throws Failure `invalid` (`configuration`) that names every fault.
 */
export function readConfig(environment: Environment = process.env): Configuration {
  const values = readEnvironment(environment, variables);
  const { jwtSecrets, metricsToken, ...common } = commonConfig(values);
  const config: Config = {
    ...common,
    port: values.CONTROL_CENTER_PORT,
    internal: {
      host: values.INTERNAL_HOST,
      port: values.INTERNAL_PORT,
      rateLimit: values.RATE_LIMIT_INTERNAL,
    },
    bcryptCost: values.BCRYPT_COST,
    lifetimes: {
      tokenSeconds: values.TOKEN_LIFETIME_SECONDS,
      sessionSeconds: values.SESSION_LIFETIME_SECONDS,
    },
    admin: { username: values.ADMIN_USERNAME, email: values.ADMIN_EMAIL },
    audit: {
      sealEvery: { records: values.AUDIT_CHECKPOINT_RECORDS, seconds: values.AUDIT_CHECKPOINT_SECONDS },
      checkpointFile: values.AUDIT_CHECKPOINTS_FILE ?? join(common.dataDir, 'audit-heads.jsonl'),
      publicKeys: values.AUDIT_PUBLIC_KEYS.map((text) => keyOf('AUDIT_PUBLIC_KEYS', text, readPublicKey)),
      retentionDays: values.AUDIT_RETENTION_DAYS,
    },
    retention: {
      sessionDays: values.SESSION_RETENTION_DAYS,
      decisionDays: values.DECISION_RETENTION_DAYS,
    },
    requireAdminMfa: values.REQUIRE_ADMIN_MFA ?? common.production,
  };
  const secrets: Secrets = {
    jwtSecrets,
    metricsToken,
    passwordPepper: values.PASSWORD_PEPPER ?? generated(config, 'password-pepper'),
    mfaKey: values.MFA_ENCRYPTION_KEY ?? generated(config, 'mfa-encryption-key'),
    adminPassword: values.ADMIN_PASSWORD,
    auditSigningKey: signingKey(config, values.AUDIT_SIGNING_KEY),
  };
  return Object.freeze({ config: Object.freeze(config), secrets: Object.freeze(secrets) });
}

function generated({ production, dataDir }: Config, name: string): string | undefined {
  return production ? undefined : generatedSecret(dataDir, name).value;
}

function signingKey({ production, dataDir }: Config, configured: string | undefined): KeyObject | undefined {
  if (configured !== undefined) return keyOf('AUDIT_SIGNING_KEY', configured, readSigningKey);
  if (production) return undefined;
  const seed = generatedSecret(dataDir, 'audit-signing-key', () => randomBytes(32).toString('base64')).value;
  return readSigningKey(seed);
}

function keyOf(name: string, text: string, read: (text: string) => KeyObject): KeyObject {
  try {
    return read(text);
  } catch (cause) {
    // The message of OpenSSL never contains the key.
    const fault = messageOf(cause);
    throw configurationFailure([
      { path: name, message: `must be an Ed25519 key (docs/how-to/audit.md): ${fault}` },
    ]);
  }
}
