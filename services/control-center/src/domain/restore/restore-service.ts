import { Failure } from '@provisioning/errors';
import { NO_USER, type AuditActor } from '../audit/audit-record.js';
import type { ExternalCheckpoints } from '../audit/checkpoint.js';
import type { Clock } from '../clock.js';

/** Ends access after the database was restored from a backup. */
export interface RestoreStore {
  /** Whether the database was restored, and no process has ended access since. Records its cluster where none is recorded. */
  isRestored(): Promise<boolean>;
  /**
   * Ends every session and API token, skips numbers of revisions and revocations, and appends the record of the restore
   * behind the newest checkpoint, all in one transaction.
   * @param reported why, where a user reported the restore; undefined: only if the database says so itself.
   * @param newestCheckpoint number of the newest checkpoint outside the database; 0 where there is none.
   * @returns false if there was nothing to do, because another process has done it.
   */
  endAccess(
    reported: string | undefined,
    by: AuditActor,
    at: Date,
    newestCheckpoint: number,
  ): Promise<boolean>;
}

/** Ends every session and token that was issued before a restore. */
export class RestoreService {
  constructor(
    private readonly store: RestoreStore,
    private readonly external: Pick<ExternalCheckpoints, 'read'>,
    private readonly clock: Clock,
  ) {}

  /** Ends access if the database was restored. @returns whether this process did so */
  async check(): Promise<boolean> {
    return (await this.store.isRestored()) && this.#endAccess(undefined, NO_USER);
  }

  /**
   * @param username of the caller, as typed by them.
   * @throws Failure `invalid` if it is not the caller's.
   */
  async report(username: string, by: AuditActor): Promise<void> {
    if (username !== by.username)
      throw new Failure(
        'invalid',
        'username must be your own username, as a confirmation: every session and API token ends, yours too.',
      );
    await this.#endAccess('A user reported that the database was restored from a backup.', by);
  }

  async #endAccess(reported: string | undefined, by: AuditActor): Promise<boolean> {
    const seqs = (await this.external.read()).map(({ seq }) => seq);
    const newest = seqs.reduce((one, other) => Math.max(one, other), 0);
    return this.store.endAccess(reported, by, this.clock(), newest);
  }
}
