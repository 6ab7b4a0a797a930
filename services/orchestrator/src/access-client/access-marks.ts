import { isSigned, signText, type Keyring } from '@provisioning/auth-token';
import type { MarkStore, SignedMark } from '../domain/access/mark-store.js';

const PURPOSE = 'access-marks';

/** The newest revisions that a process has received from the control center. */
export interface Marks {
  policyRevision: number;
  revocationHead: number;
}

const NONE: Marks = { policyRevision: 0, revocationHead: 0 };

/**
 * The newest policies and revocations that any process of this platform has received. They are stored in Postgres, apart
 * from the files with the policies, so that an old file that was put back is detected.
 */
export class AccessMarks {
  #last: Marks = NONE;

  constructor(
    private readonly store: MarkStore,
    private readonly keyring: Keyring,
  ) {}

  /** @throws Error if the mark was not signed with an accepted secret: then no file can be trusted */
  async read(): Promise<Marks> {
    const known = await this.store.read();
    if (!known) return NONE;
    const marks = this.#verify(known);
    if (!marks)
      throw new Error('the mark in access_marks is not signed with the secret that the services share');
    return marks;
  }

  /**
   * Stores a mark unless a newer one is stored. Revocations count anew when the control center does (`counts anew`).
   * Postgres is not queried while nothing changes.
   */
  async keep(received: Marks, { countsAnew }: { countsAnew: boolean }): Promise<void> {
    const { policyRevision, revocationHead } = received;
    const last = this.#last;
    if (policyRevision === last.policyRevision && revocationHead === last.revocationHead && !countsAnew)
      return;
    await this.store.change((known) => {
      // A mark with another signature is ignored: it is replaced by what the control center itself has sent.
      const before = (known && this.#verify(known)) ?? NONE;
      const next: Marks = {
        policyRevision: Math.max(policyRevision, before.policyRevision),
        revocationHead: countsAnew ? revocationHead : Math.max(revocationHead, before.revocationHead),
      };
      const text = JSON.stringify({
        policy_revision: next.policyRevision,
        revocation_head: next.revocationHead,
      });
      return text === known?.text && this.#verify(known)
        ? undefined
        : { text, ...signText(this.keyring, PURPOSE, text) };
    });
    this.#last = received;
  }

  #verify(mark: SignedMark): Marks | undefined {
    if (!isSigned(this.keyring, PURPOSE, mark.text, mark)) return undefined;
    // Safe cast: signed by a process of this service.
    const { policy_revision: policyRevision, revocation_head: revocationHead } = JSON.parse(mark.text) as {
      policy_revision: number;
      revocation_head: number;
    };
    return { policyRevision, revocationHead };
  }
}
