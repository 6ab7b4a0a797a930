import { groupOf, type Asker, type Group, type PolicySet } from '@provisioning/policy';
import type { EventSubject } from '../domain/event/event-subject.js';
import { isReadable, Remembered, type Reader } from './readable.js';

/** All who follow and for whom the same rules hold: what is decided for one is decided for all. */
export class Audience implements Reader {
  readonly #answers = new Remembered<boolean | undefined>();

  constructor(
    private readonly revision: number,
    private readonly groups: readonly Group[],
  ) {}

  /** Undefined where that depends on who it is, or from where. */
  mayRead(subject: EventSubject, now = Date.now()): boolean | undefined {
    return this.#answers.get(subject, this.revision, now, () => {
      const each = this.groups.map((group) =>
        isReadable(subject, (resource, context) => group.decide(resource, context, new Date(now))),
      );
      return each.includes(false) ? false : each.includes(undefined) ? undefined : true;
    });
  }
}

/** The audiences that there are under the policies in force. */
export class Audiences {
  readonly #audiences = new Map<string, Audience>();
  #revision: number | undefined;

  /** The one of somebody who must be allowed as each of these. */
  of(policies: PolicySet, askers: readonly Asker[]): Audience {
    if (policies.revision !== this.#revision) this.#audiences.clear();
    this.#revision = policies.revision;
    const groups = askers.map((asker) => groupOf(policies, asker));
    const key = groups.map((group) => group.key).join(' ');
    const known = this.#audiences.get(key) ?? new Audience(policies.revision, groups);
    this.#audiences.set(key, known);
    return known;
  }

  keepOnly(used: ReadonlySet<Audience>): void {
    for (const [key, audience] of this.#audiences) if (!used.has(audience)) this.#audiences.delete(key);
  }
}
