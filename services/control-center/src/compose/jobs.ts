import type { RefusedTokenCounter } from '@provisioning/http-kit';
import type { Logger, PeriodicJob } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { Config } from '../config.js';
import type { PoliciesInForce } from '../domain/policy/policies-in-force.js';
import { removeOld } from '../postgres/housekeeping.js';
import type { Audit } from './audit.js';
import type { ComposedRestore } from './restore.js';

const HOUR_MS = 3_600_000;
const SEAL_CHECK_MS = 5_000;
/** With Redis, notices of changes make this process look at once. */
const POLICIES_MS = { redis: 1_000, none: 500 };

/** What the jobs of a control center process work on. */
export interface JobParts {
  audit: Audit;
  config: Pick<Config, 'audit' | 'redisUrl' | 'retention'>;
  database: Knex;
  log: Pick<Logger, 'info'>;
  policies: PoliciesInForce;
  refusedTokens: RefusedTokenCounter;
  restore: Pick<ComposedRestore, 'check'>;
}

/** Every periodic job of a control center process. Any number of processes may run them side by side. */
export function periodicJobs({
  audit,
  config,
  database,
  log,
  policies,
  refusedTokens,
  restore,
}: JobParts): PeriodicJob[] {
  const { sealer, counts, retention } = audit;
  return [
    {
      // Woken by the notice of a change; the interval bounds the delay where the notice is lost.
      name: 'policies',
      intervalMs: config.redisUrl === undefined ? POLICIES_MS.none : POLICIES_MS.redis,
      startsLater: true,
      failure: 'the policies cannot be read: the last known ones stay in force',
      run: () => policies.follow(),
    },
    {
      // The database can be replaced while this process runs.
      name: 'restored',
      intervalMs: 2_000,
      startsLater: true,
      failure: 'it is unknown whether the database was restored from a backup',
      run: () => restore.check(),
    },
    {
      name: 'refused_tokens',
      intervalMs: 5_000,
      failure: 'refused tokens could not be recorded in the audit trail; they are kept in memory',
      run: () => refusedTokens.flush(),
      finish: () => refusedTokens.flush(true),
    },
    {
      name: 'audit_counts',
      intervalMs: 5_000,
      failure: 'audit records could not be counted',
      run: () => counts.closeNext(),
    },
    {
      name: 'audit_seal',
      intervalMs: Math.min(SEAL_CHECK_MS, config.audit.sealEvery.seconds * 1000),
      failure: 'the audit trail could not be sealed',
      run: async () => void (await sealer.seal()),
      // Signs the records that are not signed yet.
      finish: () => sealer.seal(true),
    },
    {
      name: 'audit_retention',
      intervalMs: HOUR_MS,
      startsLater: true,
      failure: 'old audit records could not be dropped',
      failureLevel: 'error',
      run: async () => {
        const dropped = await retention.dropOld();
        if (dropped > 0) log.info('old audit records dropped', { dropped });
      },
    },
    {
      name: 'expired_rows',
      intervalMs: HOUR_MS,
      startsLater: true,
      failure: 'expired sessions, tokens and decisions could not be removed',
      run: async () => void (await removeOld(database, new Date(), config.retention)),
    },
  ];
}
