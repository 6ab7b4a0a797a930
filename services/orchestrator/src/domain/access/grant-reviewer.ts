import type { Grant, WaitingGrant } from './grant.js';

/** The present state of a user in the control center. */
export interface CurrentUser {
  id: string;
  username: string;
  email: string;
  roles: readonly string[];
  enabled: boolean;
}

/** Finds work that is allowed and has not started. */
export interface WaitingGrants {
  /** Work that has not started, in the order of its ids. @param after only greater ids */
  waiting(after: string | undefined, limit: number): Promise<WaitingGrant[]>;
}

/** The dependencies of a {@link GrantReviewer}. */
export interface ReviewerNeeds {
  grants: WaitingGrants;
  /** Looks up users; deleted ones are left out. */
  users(ids: readonly string[]): Promise<CurrentUser[]>;
  /** Whether the policies in force allow the work now. */
  allows(user: CurrentUser, grant: Grant): boolean;
  cancel(waiting: WaitingGrant, by: string): Promise<unknown>;
  /** Yields to other requests. */
  pause(): Promise<void>;
  log: { info(message: string, fields?: object): void; warn(message: string, fields?: object): void };
}

/** The actor in the error text of cancelled work. */
const REVIEWER = 'the policies (authorization_revoked)';

const AT_ONCE = 500;

/**
 * Checks the rights of submitters again while their work waits, and cancels what is no longer allowed. Work starts at most
 * a few seconds after the last check. Work that is running continues.
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
      this.needs.log.info('waiting work is no longer allowed', about);
      await this.needs.cancel(each, REVIEWER).catch((error: unknown) => {
        // It may have ended meanwhile. Otherwise the next review tries again.
        this.needs.log.warn('work that is no longer allowed could not be cancelled', { ...about, error });
      });
    }
  }
}
