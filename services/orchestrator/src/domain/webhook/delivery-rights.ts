import type { CurrentUser } from '../access/grant-reviewer.js';
import { FOLLOWING, type Viewers } from '../access/viewer.js';
import { readableOf, type EventObject } from '../event/event-subject.js';

/** What a delivery is about; null for one that is about no task or batch, as a ping. */
export type DeliverySubject = EventObject | null;

export interface DeliveryRightsNeeds {
  /** Users as the control center knows them now; those that there are. @throws where it cannot be asked */
  users(ids: readonly string[]): Promise<CurrentUser[]>;
  viewers: Viewers;
  /** Undefined where the task or batch is gone. */
  subjectOf(data: string): Promise<DeliverySubject | undefined>;
}

const KNOWN_MS = 5_000;

/** A webhook acts with the rights that its owner has when something is sent. */
export class DeliveryRights {
  readonly #users = new Map<string, { user: CurrentUser | undefined; until: number }>();

  constructor(private readonly needs: DeliveryRightsNeeds) {}

  /**
   * Why a delivery must not be sent, in a sentence; undefined where it may be.
   * @param webhook without an owner for those of the configuration and those made before owners were kept: they act for the
   * platform
   * @param data the delivery's data, as JSON
   * @throws where the control center cannot be asked: nothing is sent without knowing
   */
  async refusalOf(
    { ownerId, ownerRoles }: { ownerId: string | null; ownerRoles: readonly string[] | null },
    data: string,
  ): Promise<string | undefined> {
    if (ownerId === null) return undefined;
    const subject = await this.needs.subjectOf(data);
    if (subject === null) return undefined;
    if (subject === undefined) return 'Not sent: what it is about is not kept any more.';
    const owner = await this.#user(ownerId);
    if (!owner?.enabled) return 'Not sent: the owner of the webhook is disabled or deleted.';
    const { roles } = owner;
    const asToken = ownerRoles && {
      roles: ownerRoles.filter((role) => roles.includes(role)),
      ownerRoles: roles,
    };
    const identity = { ...owner, ...asToken, tokenId: `webhooks of ${owner.id}` };
    const viewer = this.needs.viewers.passing(identity, '', FOLLOWING);
    return viewer.mayRead(readableOf(subject))
      ? undefined
      : 'Not sent: the policies do not allow the owner of the webhook to read what it is about.';
  }

  async #user(id: string): Promise<CurrentUser | undefined> {
    const known = this.#users.get(id);
    if (known && Date.now() < known.until) return known.user;
    const [user] = await this.needs.users([id]);
    this.#users.set(id, { user, until: Date.now() + KNOWN_MS });
    return user;
  }
}
