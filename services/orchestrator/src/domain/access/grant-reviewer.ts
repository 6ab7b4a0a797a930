import type { Grant, WaitingGrant } from './grant.js';

/** A user as the control center knows them now. */
export interface CurrentUser {
  id: string;
  username: string;
  email: string;
  roles: readonly string[];
  enabled: boolean;
}

export interface WaitingGrants {
  /** Work that has not begun, by id, from the one after that one on. */
  waiting(after: string | undefined, limit: number): Promise<WaitingGrant[]>;
}

export interface ReviewerNeeds {
  grants: WaitingGrants;
  /** Those that there are. */
  users(ids: readonly string[]): Promise<CurrentUser[]>;
  /** Whether the policies in force allow it now. */
  allows(user: CurrentUser, grant: Grant): boolean;
  cancel(waiting: WaitingGrant, by: string): Promise<unknown>;
  /** Lets other requests go on. */
  pause(): Promise<void>;
  log: { info(message: string, fields?: object): void; warn(message: string, fields?: object): void };
}

/** As it stands in the error of what was cancelled. */
const REVIEWER = 'the policies (authorization_revoked)';

const AT_ONCE = 500;

/**
 * Rights are checked when work is submitted, and again as long as it waits: whatever begins does so at most a few seconds
 * after its submitter was still allowed to. What runs goes on.
 */
export class GrantReviewer {
  constructor(private readonly needs: ReviewerNeeds) {}

  /**
   * Decides again on everything that waits, and cancels what is no longer allowed.
   * @throws what Postgres or the control center throws; what was not decided on keeps waiting
   */
  async review(): Promise<void> {
    for (let after: string | undefined; ;) {
      const waiting = await this.needs.grants.waiting(after, AT_ONCE);
      if (waiting.length > 0) await this.#reviewThese(waiting);
      if (waiting.length < AT_ONCE) return;
      after = waiting.at(-1)!.id;
    }
  }

  async #reviewThese(waiting: readonly WaitingGrant[]): Promise<void> {
    const ids = [...new Set(waiting.map(({ userId }) => userId))];
    const users = new Map((await this.needs.users(ids)).map((user) => [user.id, user]));
    for (const each of waiting) {
      await this.needs.pause();
      const user = users.get(each.userId);
      if (user?.enabled && this.needs.allows(user, each.grant)) continue;
      const about = { id: each.id, user_id: each.userId };
      this.needs.log.info('work that waits is not allowed any more', about);
      await this.needs.cancel(each, REVIEWER).catch((error: unknown) => {
        // What has ended meanwhile needs nothing; whatever else keeps it is met again by the next review.
        this.needs.log.warn('work that is not allowed any more could not be cancelled', { ...about, error });
      });
    }
  }
}
