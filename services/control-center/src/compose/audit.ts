import type { Logger } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { Configuration } from '../config.js';
import { checkpointKeys } from '../credentials/checkpoint-keys.js';
import { AuditService } from '../domain/audit/audit-service.js';
import { AuditRetention } from '../domain/audit/retention.js';
import { AuditSealer } from '../domain/audit/sealer.js';
import { AuditVerifier } from '../domain/audit/verifier.js';
import type { Clock } from '../domain/clock.js';
import type { UnitOfWork } from '../domain/unit-of-work.js';
import { checkpointFile } from '../outbound/checkpoint-file.js';
import { PostgresAuditCounts } from '../postgres/audit/audit-counts.js';
import { PostgresAuditCheckpoints } from '../postgres/audit/audit-checkpoints.js';
import { PostgresAuditLog } from '../postgres/audit/audit-log.js';

/** The parts of the audit trail. */
export interface Audit {
  service: AuditService;
  sealer: AuditSealer;
  counts: PostgresAuditCounts;
  retention: AuditRetention;
}

/** What the audit trail is built from. */
export interface AuditNeeds {
  database: Knex;
  work: UnitOfWork;
  clock: Clock;
  log: Logger;
}

/** Connects the parts of the audit trail. */
export function composeAudit({ config, secrets }: Configuration, needs: AuditNeeds): Audit {
  const { database, work, clock, log } = needs;
  const records = new PostgresAuditLog(database, clock);
  const checkpoints = new PostgresAuditCheckpoints(database);
  const external = checkpointFile(config.audit.checkpointFile);
  const keys = checkpointKeys(secrets.auditSigningKey, config.audit.publicKeys);
  const verifier = new AuditVerifier(records, checkpoints, external, keys);
  return {
    service: new AuditService(records, work, checkpoints, keys, verifier),
    sealer: new AuditSealer(checkpoints, keys, external, config.audit.sealEvery, clock, (error) =>
      log.error('checkpoints of the audit trail could not be written to the file', {
        file: config.audit.checkpointFile,
        error,
      }),
    ),
    counts: new PostgresAuditCounts(database),
    retention: new AuditRetention(records, checkpoints, verifier, config.audit.retentionDays, clock),
  };
}
