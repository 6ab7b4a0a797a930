import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { temporaryFolder } from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { checkpointKeys } from '../../src/credentials/checkpoint-keys.js';
import type { CheckpointKeys, ExternalCheckpoints } from '../../src/domain/audit/checkpoint.js';
import { AuditRetention } from '../../src/domain/audit/retention.js';
import { AuditSealer } from '../../src/domain/audit/sealer.js';
import { AuditVerifier } from '../../src/domain/audit/verifier.js';
import { checkpointFile } from '../../src/outbound/checkpoint-file.js';
import { PostgresAuditCheckpoints } from '../../src/postgres/audit/audit-checkpoints.js';
import { PostgresAuditLog } from '../../src/postgres/audit/audit-log.js';
import { PostgresAuditTrail } from '../../src/postgres/audit/audit-trail.js';
import { newRecord } from './audit-records.js';
import { openTestDatabase } from './test-database.js';

export interface AuditPlatform {
  database: Knex;
  now: Date;
  file: string;
  signingKey: KeyObject;
  keys: CheckpointKeys;
  records: PostgresAuditLog;
  external: ExternalCheckpoints;
  verifier: AuditVerifier;
  sealer: AuditSealer;
  verifierWith(keys: CheckpointKeys): AuditVerifier;
  retention(days: number): AuditRetention;
  append(count: number): Promise<void>;
  /** As a superuser, bypassing the triggers. */
  tamper(...statements: string[]): Promise<void>;
  close(): Promise<void>;
}

/** The trail with its parts, a checkpoint every ten records or five minutes, and a clock of the test. */
export async function auditPlatform(): Promise<AuditPlatform> {
  const opened = await openTestDatabase();
  const folder = await temporaryFolder('audit');
  const { database } = opened;
  const file = join(folder.path, 'checkpoints', 'audit-checkpoints.jsonl');
  const signingKey = generateKeyPairSync('ed25519').privateKey;
  const keys = checkpointKeys(signingKey);
  const clock = () => platform.now;
  const records = new PostgresAuditLog(database, clock);
  const checkpoints = new PostgresAuditCheckpoints(database);
  const external = checkpointFile(file);
  const mustNotFail = (error: unknown) => {
    throw error;
  };
  const verifierWith = (known: CheckpointKeys) => new AuditVerifier(records, checkpoints, external, known);
  const platform: AuditPlatform = {
    database,
    now: new Date('2026-01-01T00:00:00Z'),
    file,
    signingKey,
    keys,
    records,
    external,
    verifier: verifierWith(keys),
    verifierWith,
    sealer: new AuditSealer(checkpoints, keys, external, { records: 10, seconds: 300 }, clock, mustNotFail),
    retention: (days) => new AuditRetention(records, checkpoints, verifierWith(keys), days, clock),
    append: (count) =>
      database.transaction((transaction) =>
        new PostgresAuditTrail(transaction, clock).appendAll(
          Array.from({ length: count }, (_, n) => newRecord({ details: { n } })),
        ),
      ),
    tamper: (...statements) =>
      database.transaction(async (transaction) => {
        await transaction.raw('set local session_replication_role = replica');
        for (const statement of statements) await transaction.raw(statement);
      }),
    close: async () => {
      await opened.close();
      await folder.remove();
    },
  };
  return platform;
}
