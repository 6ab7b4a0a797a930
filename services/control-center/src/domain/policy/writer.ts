import { isAllowedEverything, type PolicySet, type Principal } from '@provisioning/policy';

/** The author of a change of users or policies, as a principal of the policies. */
export interface Writer extends Principal {
  /** All roles of an API token's owner: a token may do what both it and its owner may do. */
  ownerRoles?: readonly string[] | undefined;
}

/** The principals whose rights a writer has in common: one, or an API token and its owner. */
export function facesOf(writer: Writer): Principal[] {
  const { id, username, email, roles, ownerRoles } = writer;
  const self = { id, username, email, roles };
  return ownerRoles ? [self, { ...self, roles: ownerRoles }] : [self];
}

/**
 * Returns whether a writer is allowed everything, as administrators are by the built-in policy, regardless of Deny
 * rules.
 */
export function isAllPowerful(set: PolicySet, writer: Writer): boolean {
  return facesOf(writer).every((face) => isAllowedEverything(set, face));
}
