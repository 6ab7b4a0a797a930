import { Failure } from '@provisioning/errors';
import type { Page } from '../page.js';
import type { UnitOfWork } from '../unit-of-work.js';
import type { AuditFilter, AuditLog, AuditPage } from './audit-log.js';
import type { AuditActor, NewAuditRecord } from './audit-record.js';
import type { AuditEvent, ChainedRecord } from './chain.js';
import type { AuditCheckpoints, CheckpointKeys, PublicKey, SignedCheckpoint } from './checkpoint.js';
import type { Verification } from './verification.js';
import type { AuditVerifier } from './verifier.js';

/** Reads the audit trail for users. Each read appends a record of itself before it returns anything. */
export class AuditService {
  constructor(
    private readonly log: AuditLog,
    private readonly work: UnitOfWork,
    private readonly checkpoints: AuditCheckpoints,
    private readonly keys: CheckpointKeys,
    private readonly verifier: AuditVerifier,
  ) {}

  /**
   * Appends events of the other service.
   * @returns the number of new events.
   * @throws Failure `conflict` (`audit_event_conflict`) for events that are stored with different content, after all
   * others are appended.
   */
  async keep(events: readonly AuditEvent[]): Promise<number> {
    const { kept, conflicts } = await this.log.keep(events);
    if (conflicts.length === 0) return kept;
    throw new Failure(
      'conflict',
      `${conflicts.length} of the events are already in the audit trail with different content, which was not changed: ${conflicts[0]}${conflicts.length > 1 ? ' and others' : ''}. All other events are stored.`,
      {
        code: 'audit_event_conflict',
        details: conflicts.map((id) => ({ path: id, message: 'is stored with different content' })),
      },
    );
  }

  /** Appends a record that is not part of a change. */
  note(record: NewAuditRecord): Promise<void> {
    return this.work.run(({ audit }) => audit.append(record));
  }

  async list(page: AuditPage, by: AuditActor): Promise<{ records: ChainedRecord[]; total: number }> {
    const found = await this.log.list(page);
    await this.note(about('audit.read', { ...page }, by));
    return found;
  }

  async export(filter: AuditFilter, format: string, by: AuditActor): Promise<AsyncIterable<ChainedRecord[]>> {
    await this.note(about('audit.export', { ...filter, format }, by));
    return this.log.read(filter);
  }

  async verify(range: Pick<AuditFilter, 'from' | 'to'>, by: AuditActor): Promise<Verification> {
    const verification = await this.verifier.verify(range);
    const { ok, checked, fault } = verification;
    await this.note(
      about('audit.verify', { ...range, ok, checked, first_bad_seq: fault?.seq, reason: fault?.reason }, by),
    );
    return verification;
  }

  listCheckpoints(page: Page<number>): Promise<{ checkpoints: SignedCheckpoint[]; total: number }> {
    return this.checkpoints.list(page);
  }

  allCheckpoints(): Promise<SignedCheckpoint[]> {
    return this.checkpoints.all();
  }

  publicKeys(): readonly PublicKey[] {
    return this.keys.publicKeys;
  }
}

function about(action: string, details: NewAuditRecord['details'], by: AuditActor): NewAuditRecord {
  return { ...by, action, resource: 'audit/logs', result: 'success', details };
}
