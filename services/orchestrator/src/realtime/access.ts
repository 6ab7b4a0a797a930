import type { Principal } from '@provisioning/http-kit';
import type { PolicySet } from '@provisioning/policy';

/** Who somebody is, as long as it holds, and what the policies in force are. */
export interface Access<Remembered extends object = object> {
  /** @throws Failure `unauthenticated` */
  authenticate(token: string): Promise<Principal> | Principal;
  /** Whether what was found out about somebody still holds: not signed out, disabled, given other roles. */
  isGood(principal: Principal): boolean;
  /** Calls that whenever something ceases to hold. @returns how not to be called any more */
  onRevoked(listener: () => void): () => void;
  policies(): PolicySet;
  /** What it takes to know somebody again, in whatever process, as JSON. */
  remember(principal: Principal): Remembered;
  /** Undefined where what was found out about him does not hold any more. */
  recall(remembered: Remembered): Principal | undefined;
}
