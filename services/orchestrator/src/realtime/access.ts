import type { Principal } from '@provisioning/http-kit';
import type { PolicySet } from '@provisioning/policy';

/** The identity of clients while it is valid, and the policies in force. */
export interface Access<Remembered extends object = object> {
  /** @throws Failure `unauthenticated` */
  authenticate(token: string): Promise<Principal> | Principal;
  /** Whether a client's identity is still valid: not signed out, not disabled, with the same roles. */
  isGood(principal: Principal): boolean;
  /** Calls back whenever an identity may have become invalid. @returns a function that ends this */
  onRevoked(listener: () => void): () => void;
  policies(): PolicySet;
  /** The data with which any process can recognise a client again, as JSON. */
  remember(principal: Principal): Remembered;
  /** Undefined if the identity is no longer valid. */
  recall(remembered: Remembered): Principal | undefined;
}
