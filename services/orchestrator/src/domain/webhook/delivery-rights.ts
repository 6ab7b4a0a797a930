import type { CurrentUser } from '../access/grant-reviewer.js';
import { FOLLOWING, type Viewers } from '../access/viewer.js';
import { readableOf, type EventObject } from '../event/event-subject.js';

/** The task, batch or plan of a delivery; null for one without, such as a ping. */
export type DeliverySubject = EventObject | null;

/** The dependencies of {@link DeliveryRights}. */
export interface DeliveryRightsNeeds {
  /** Looks up users; deleted ones are left out. @throws if the control center is unreachable */
  users(ids: readonly string[]): Promise<CurrentUser[]>;
  viewers: Viewers;
  /** Undefined if the task, batch or plan is no longer stored. */
  subjectOf(data: string): Promise<DeliverySubject | undefined>;
}

const KNOWN_MS = 5_000;

/** Checks that the owner of a webhook may read an event at the time of its delivery. */
export class DeliveryRights {
  readonly #users = new Map<string, { user: CurrentUser | undefined; until: number }>();

  constructor(private readonly needs: DeliveryRightsNeeds) {}

  /**
   * Returns why a delivery must not be sent, in a sentence; undefined if it may be sent.
   * @param webhook a null owner, as of webhooks of the configuration, acts for the platform and may read everything
   * @param data JSON text of the delivery
   * @throws if the control center is unreachable: nothing is sent without this check
   */
  async refusalOf(
    { ownerId, ownerRoles }: { ownerId: string | null; ownerRoles: readonly string[] | null },
    data: string,
  ): Promise<string | undefined> {
    if (ownerId === null) return undefined;
    const subject = await this.needs.subjectOf(data);
    if (subject === null) return undefined;
    if (subject === undefined) return 'Not sent: its task, batch or plan is no longer stored.';
    const owner = await this.#user(ownerId);
    if (!owner?.enabled) return 'Not sent: the owner of the webhook is disabled or deleted.';
    const { roles } = owner;
    const asToken = ownerRoles && {
      roles: ownerRoles.filter((role) => roles.includes(role)),
      ownerRoles: roles,
    };
    const identity = { ...owner, ...asToken, tokenId: `webhooks of ${owner.id}` };
    const viewer = this.needs.viewers.passing(identity, '', FOLLOWING);
    const readable = readableOf(subject);
    return readable && viewer.mayRead(readable)
      ? undefined
      : 'Not sent: the owner of the webhook may not read its task, batch or plan.';
  }

  async #user(id: string): Promise<CurrentUser | undefined> {
    const known = this.#users.get(id);
    if (known && Date.now() < known.until) return known.user;
    const [user] = await this.needs.users([id]);
    this.#users.set(id, { user, until: Date.now() + KNOWN_MS });
    return user;
  }
}
