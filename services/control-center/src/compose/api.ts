import { createKeyring, tokenFaultOf, verifyServiceToken, readClientAddress } from '@provisioning/auth-token';
import {
  buildOpenApi,
  controlCenterInternalOperations,
  controlCenterOperations,
} from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import { createApp, createInternalApp, RefusedTokenCounter, type Binding } from '@provisioning/http-kit';
import {
  internalSocketPath,
  jobMetrics,
  JobRunner,
  programVersion,
  startHttpServer,
  type Logger,
  type RunningProcess,
} from '@provisioning/runtime';
import type { Express } from 'express';
import type { Configuration } from '../config.js';
import { commonPasswords } from '../credentials/common-passwords.js';
import { BcryptHasher } from '../credentials/password-hasher.js';
import type { Clock } from '../domain/clock.js';
import type { TrialLimits } from '../execution/threaded-trials.js';
import { UserService } from '../domain/user/user-service.js';
import { rateLimitRecord, refusalRecord, refusedTokensRecord } from '../http/audit-refusals.js';
import { accountRoutes } from '../http/account.js';
import { auditRoutes } from '../http/audit.js';
import { mustBeCaller } from '../http/sender.js';
import { restoreRoutes } from '../http/restore.js';
import { systemRoutes } from '../http/system.js';
import { userRoutes } from '../http/users.js';
import { postgresUnitOfWork } from '../postgres/unit-of-work.js';
import { PostgresUserStore } from '../postgres/accounts/user-store.js';
import { accessSignal } from '../redis/access-signal.js';
import { followAccessChanges } from '../redis/follow-access-changes.js';
import { composeAudit } from './audit.js';
import { makeFirstAdmin } from './first-admin.js';
import { composeIdentity } from './identity.js';
import { periodicJobs } from './jobs.js';
import { composePolicies } from './policies.js';
import { composeRestore } from './restore.js';
import { openResources, SCHEMA, type Opened } from './resources.js';

/** Replacements that tests use. */
export interface Overrides {
  log?: Logger;
  clock?: Clock;
  bcryptCost?: number;
  /** Replaces the wait of delayed sign-ins. */
  delay?: (milliseconds: number) => Promise<unknown>;
  /** Folder of the compiled migrations. */
  migrations?: string;
  /** The compiled `execution/trial-thread.js`. */
  trialThread?: string;
  trialLimits?: TrialLimits;
  /** How long a request waits for answers, in milliseconds. */
  patienceMs?: number;
  /** Checks every answer against the contract. */
  checkAnswers?: boolean;
}

/** The composed service. */
export interface Api {
  app: Express;
  /** Served apart from `app`: the operations for services. */
  internalApp: Express;
  opened: Opened;
  refusedTokens: RefusedTokenCounter;
  /**
   * Runs once before the process serves. @param print gets the generated password of the first administrator.
   */
  prepare(print: (line: string) => void): Promise<void>;
  /** Ends readiness, then closes all resources. */
  stop(): Promise<void>;
}

/** Connects all parts of the service. */
export function composeApi(configuration: Configuration, overrides: Overrides = {}): Api {
  const { config, secrets } = configuration;
  const { clock = () => new Date(), bcryptCost = config.bcryptCost, checkAnswers = false } = overrides;
  const keyring = createKeyring(secrets.jwtSecrets);
  const opened = openResources(config, overrides);
  const { database, redis, registry, checks, resources, log } = opened;

  const users = new PostgresUserStore(database);
  const signal = accessSignal(redis);
  const work = postgresUnitOfWork(database, clock, signal);
  const hasher = new BcryptHasher({ cost: bcryptCost, pepper: secrets.passwordPepper });
  const audit = composeAudit(configuration, { database, work, clock, log });
  const { trialThread, trialLimits } = overrides;
  const policies = composePolicies({
    opened,
    work,
    users,
    keyring,
    clock,
    signal,
    trialThread,
    trialLimits,
  });
  const identity = composeIdentity(configuration, {
    database,
    users,
    work,
    hasher,
    keyring,
    clock,
    policyRevision: policies.revision,
    ...(overrides.delay && { delay: overrides.delay }),
  });
  const restore = composeRestore(configuration, opened, { clock, signal });
  const refusedTokens = new RefusedTokenCounter(
    (refused) => audit.service.note(refusedTokensRecord(refused)),
    clock,
  );
  const unauthenticated = (failure: Failure, ip: string) => {
    const fault = tokenFaultOf(failure);
    if (fault) refusedTokens.add(ip, fault);
  };
  let stopping = false;
  const bindings: Binding[] = [
    ...systemRoutes(() => programVersion(database, SCHEMA, config)),
    ...identity.bindings,
    ...restoreRoutes(restore.service),
    ...accountRoutes(users, policies.inForce.current, clock),
    ...userRoutes(
      new UserService(users, work, hasher, commonPasswords, clock),
      identity.sessions,
      identity.apiTokens,
    ),
    ...auditRoutes(audit.service),
    ...policies.bindings,
  ];
  const isInternal = ({ operation }: Binding) => operation.permission === 'service';
  const internalApp = createInternalApp({
    operations: controlCenterInternalOperations,
    bindings: bindings.filter(isInternal),
    authenticateService: (token) => mustBeCaller(verifyServiceToken(keyring, token)),
    limit: config.internal.rateLimit,
    registry,
    log,
    unauthenticated,
    checkAnswers,
  });
  const app = createApp({
    operations: controlCenterOperations,
    bindings: bindings.filter((binding) => !isInternal(binding)),
    document: buildOpenApi('control-center'),
    authenticate: identity.authenticate,
    authorizer: policies.authorizer,
    limits: config.rateLimits,
    redis,
    probes: { checks, registry, metricsToken: secrets.metricsToken, isStopping: () => stopping },
    log,
    refusals: (refusal) => audit.service.note(refusalRecord(refusal)),
    // A client over its limit is refused whether or not that can be recorded.
    trips: (trip) =>
      audit.service
        .note(rateLimitRecord(trip))
        .catch((error: unknown) =>
          log.warn('a rate limit could not be recorded in the audit trail', { error }),
        ),
    unauthenticated,
    trustProxy: config.trustProxy,
    readClientAddress: (value) => readClientAddress(keyring, value),
    allowedOrigins: config.allowedOrigins,
    patienceMs: overrides.patienceMs,
    checkAnswers,
  });
  const jobs = new JobRunner(
    periodicJobs({ audit, config, database, log, policies: policies.inForce, refusedTokens, restore }),
    { log, observer: jobMetrics(registry) },
  );
  return {
    app,
    internalApp,
    opened,
    refusedTokens,
    prepare: async (print) => {
      await mustBeMigrated(opened);
      // Before anything is written: it skips the numbers that were used after the backup.
      await restore.check();
      await policies.prepare();
      await makeFirstAdmin(configuration, { users, work, hasher, common: commonPasswords, clock }, print);
      if (!(await policies.haveEditor(users))) {
        log.warn('no user who can sign in controls the policies; run migrate --repair-policies');
      }
      await hasher.prepare();
      jobs.start();
      resources.add('jobs', () => jobs.stop());
      if (config.redisUrl !== undefined)
        resources.add(
          'access changes',
          followAccessChanges(config.redisUrl, log, () => void jobs.wake('policies')),
        );
    },
    stop: () => {
      stopping = true;
      return resources.close(log);
    },
  };
}

/** Opens all resources, creates the first administrator where needed, and serves. */
export async function startApi(configuration: Configuration): Promise<RunningProcess> {
  const { config, secrets } = configuration;
  const api = composeApi(configuration);
  const { log, resources } = api.opened;
  try {
    if (config.production && secrets.passwordPepper === undefined) {
      log.warn('PASSWORD_PEPPER is not set: a copy of the database is enough to guess passwords');
    }
    if (config.production && secrets.auditSigningKey === undefined) {
      log.warn('AUDIT_SIGNING_KEY is not set: a truncated audit trail cannot be detected');
    }
    // A supervisor stores the output in files and shows the password itself.
    await api.prepare(process.send ? () => undefined : (line) => process.stdout.write(`${line}\n`));
    const { host, port, internal, keepAliveSeconds } = config;
    const http = await startHttpServer(api.app, {
      host,
      port,
      portVariable: 'CONTROL_CENTER_PORT',
      keepAliveSeconds,
    });
    resources.add('http', () => http.close());
    const internalHttp = await startHttpServer(
      api.internalApp,
      internal.port === undefined
        ? { socketPath: internalSocketPath(http.port), keepAliveSeconds }
        : {
            host: internal.host,
            port: internal.port,
            hostVariable: 'INTERNAL_HOST',
            portVariable: 'INTERNAL_PORT',
            keepAliveSeconds,
          },
    );
    resources.add('internal http', () => internalHttp.close());
    log.info('control center serves', { url: http.url, internal_url: internalHttp.url });
    return { url: http.url, log, stop: api.stop };
  } catch (error) {
    await api.stop();
    throw error;
  }
}

async function mustBeMigrated({ checks }: Opened): Promise<void> {
  await checks['database']?.();
  await checks['migrations']?.().catch((cause: unknown) => {
    throw new Failure(
      'unavailable',
      'The schema of the database must have the version of this program. Run services/control-center/dist/src/migrate.js first.',
      { code: 'not_migrated', cause },
    );
  });
}
