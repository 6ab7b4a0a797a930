import { Failure } from '@provisioning/errors';
import type { Clock } from '../clock.js';
import type { AuditLog } from './audit-log.js';
import { NO_USER, type NewAuditRecord } from './audit-record.js';
import type { AuditCheckpoints, SignedCheckpoint } from './checkpoint.js';
import type { AuditVerifier } from './verifier.js';

/**
 * The action of the record that reports what the retention dropped; `details.upto` is the last number dropped.
 */
export const RETENTION_ACTION = 'audit.drop';

const DAY_MS = 24 * 60 * 60_000;
/** The number of records that are dropped in one transaction at most, where checkpoints allow it. */
const MOST_RECORDS = 50_000;

/** Drops the beginning of the audit trail. */
export interface AuditDrops {
  /**
   * Drops all records up to a checkpoint and appends the record of that, in one transaction.
   * @returns the number of dropped records.
   */
  drop(upto: number, record: NewAuditRecord): Promise<number>;
}

/**
 * Drops records past the retention period, in whole segments between checkpoints. The checkpoints are kept: they prove
 * where the remaining chain begins.
 */
export class AuditRetention {
  constructor(
    private readonly log: AuditLog & AuditDrops,
    private readonly checkpoints: AuditCheckpoints,
    private readonly verifier: AuditVerifier,
    /** The retention period; 0 keeps everything. */
    private readonly days: number,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns the number of dropped records.
   * @throws Failure `conflict` (`audit_broken`) when the trail fails its verification: evidence is never dropped.
   */
  async dropOld(): Promise<number> {
    if (this.days === 0) return 0;
    let dropped = 0;
    for (let checkpoint = await this.#next(); checkpoint !== undefined; checkpoint = await this.#next()) {
      if (dropped === 0) await this.#mustHold();
      dropped += await this.log.drop(checkpoint.seq, this.#record(checkpoint));
    }
    return dropped;
  }

  async #next(): Promise<SignedCheckpoint | undefined> {
    const { first, last } = await this.log.bounds();
    const young = await this.log.bounds({ from: new Date(this.clock().getTime() - this.days * DAY_MS) });
    // The newest record is kept regardless of its age: the next one needs its hash.
    const before = young.first === 0 ? last : young.first;
    const old = (await this.checkpoints.all()).filter(({ seq }) => seq >= first && seq < before);
    return old.findLast(({ seq }) => seq < first + MOST_RECORDS) ?? old[0];
  }

  async #mustHold(): Promise<void> {
    const { fault } = await this.verifier.verify();
    if (fault === undefined) return;
    throw new Failure(
      'conflict',
      `The audit trail failed its verification, so nothing was dropped. ${fault.reason}`,
      {
        code: 'audit_broken',
      },
    );
  }

  #record({ seq, hash }: SignedCheckpoint): NewAuditRecord {
    return {
      ...NO_USER,
      action: RETENTION_ACTION,
      resource: 'audit/logs',
      result: 'success',
      details: { upto: seq, hash, retention_days: this.days },
    };
  }
}
