import type { Logger } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { Config, Configuration } from '../config.js';
import { headKeys } from '../credentials/head-keys.js';
import { AuditService } from '../domain/audit/audit-service.js';
import { AuditRetention } from '../domain/audit/retention.js';
import { AuditSealer } from '../domain/audit/sealer.js';
import { AuditVerifier } from '../domain/audit/verifier.js';
import type { Clock, UnitOfWork } from '../domain/ports.js';
import { headsFile } from '../outbound/heads-file.js';
import { PostgresAuditCounts } from '../postgres/audit-counts.js';
import { PostgresAuditHeads } from '../postgres/audit-heads.js';
import { PostgresAuditLog } from '../postgres/audit-log.js';

/** How often it is looked whether there is something to sign. */
const LOOK_EVERY_MS = 5_000;
const DROP_EVERY_MS = 60 * 60_000;

export interface Audit {
  service: AuditService;
  sealer: AuditSealer;
  counts: PostgresAuditCounts;
  retention: AuditRetention;
}

export interface AuditNeeds {
  database: Knex;
  work: UnitOfWork;
  clock: Clock;
  log: Logger;
}

export function composeAudit({ config, secrets }: Configuration, needs: AuditNeeds): Audit {
  const { database, work, clock, log } = needs;
  const records = new PostgresAuditLog(database, clock);
  const heads = new PostgresAuditHeads(database);
  const outside = headsFile(config.audit.headsFile);
  const keys = headKeys(secrets.auditSigningKey, config.audit.publicKeys);
  const verifier = new AuditVerifier(records, heads, outside, keys);
  return {
    service: new AuditService(records, work, heads, keys, verifier),
    sealer: new AuditSealer(heads, keys, outside, config.audit.sealEvery, clock, (error) =>
      log.error('heads of the audit trail could not be kept outside the database', {
        file: config.audit.headsFile,
        error,
      }),
    ),
    counts: new PostgresAuditCounts(database),
    retention: new AuditRetention(records, heads, verifier, config.audit.retentionDays, clock),
  };
}

/** Signs, counts and drops by the clock. @returns how to stop, which signs what is still unsigned. */
export function startAuditKeeping(
  { sealer, retention, counts }: Audit,
  { audit }: Pick<Config, 'audit'>,
  log: Logger,
): () => Promise<void> {
  let sealing = Promise.resolve();
  const seal = (now = false) => {
    sealing = sealing
      .then(() => sealer.seal(now))
      .then(
        () => undefined,
        (error: unknown) => log.warn('the audit trail could not be sealed', { error }),
      );
    return sealing;
  };
  let stopping = false;
  let counting = Promise.resolve();
  const count = () => {
    counting = counting
      .then(async () => {
        while (!stopping && (await counts.closeNext()));
      })
      .catch((error: unknown) => log.warn('audit records could not be counted', { error }));
  };
  const drop = () =>
    void retention.dropOld().then(
      (dropped) => dropped > 0 && log.info('old audit records dropped', { dropped }),
      (error: unknown) => log.error('old audit records could not be dropped', { error }),
    );
  const sealTimer = setInterval(() => void seal(), Math.min(LOOK_EVERY_MS, audit.sealEvery.seconds * 1000));
  const countTimer = setInterval(count, LOOK_EVERY_MS);
  const dropTimer = setInterval(drop, DROP_EVERY_MS);
  for (const timer of [sealTimer, countTimer, dropTimer]) timer.unref();
  void seal();
  count();
  return async () => {
    stopping = true;
    for (const timer of [sealTimer, countTimer, dropTimer]) clearInterval(timer);
    await counting;
    await seal(true);
  };
}
