import type { Logger } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { Configuration } from '../config.js';
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
