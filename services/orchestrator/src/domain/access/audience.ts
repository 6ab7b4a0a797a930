import { audienceOf, type Asker, type Audience, type PolicySet } from '@provisioning/policy';
import { Remembered, type Readable, type Reader } from './readable.js';

/** Users with identical policy outcomes: a decision for one of them holds for all. */
export class EventAudience implements Reader {
  readonly #answers = new Remembered<boolean | undefined>();

  constructor(
    private readonly revision: number,
    private readonly parts: readonly Audience[],
  ) {}

  /** @returns undefined if the answer depends on the user or on the address of the request */
  mayRead(readable: Readable, now = Date.now()): boolean | undefined {
    return this.#answers.get(readable, this.revision, now, () => {
      const time = new Date(now);
      const answers = this.parts.flatMap((part) =>
        readable.questions.map((question) => part.answer(question, time)),
      );
      return answers.includes(false) ? false : answers.includes(undefined) ? undefined : true;
    });
  }
}

/** The audiences under the policies in force. */
export class EventAudiences {
  readonly #audiences = new Map<string, EventAudience>();
  #revision: number | undefined;

  /** The audience of a user who must be allowed under each of these identities. */
  of(policies: PolicySet, askers: readonly Asker[]): EventAudience {
    if (policies.revision !== this.#revision) this.#audiences.clear();
    this.#revision = policies.revision;
    const parts = askers.map((asker) => audienceOf(policies, asker));
    const asked = askers.map(({ request: { method, path } }) => `${method} ${path}`);
    const key = JSON.stringify([asked, parts.map((part) => part.key)]);
    const known = this.#audiences.get(key) ?? new EventAudience(policies.revision, parts);
    this.#audiences.set(key, known);
    return known;
  }

  /** Forgets the audiences that are no longer used. */
  keepOnly(used: ReadonlySet<EventAudience>): void {
    for (const [key, audience] of this.#audiences) if (!used.has(audience)) this.#audiences.delete(key);
  }
}
