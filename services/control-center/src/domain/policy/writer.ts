import { isAllowedEverything, type PolicySet, type Principal } from '@provisioning/policy';

/** Who changes users or policies, as the policies know them. */
export interface Writer extends Principal {
  /** All roles of an API token's owner: a token is held to what both it and its owner may do. */
  ownerRoles?: readonly string[] | undefined;
}

/** The principals whose rights a writer has only together: one, or an API token and its owner. */
export function facesOf(writer: Writer): Principal[] {
  const { id, username, email, roles, ownerRoles } = writer;
  const self = { id, username, email, roles };
  return ownerRoles ? [self, { ...self, roles: ownerRoles }] : [self];
}

/** Whether a writer is given everything, as admins are by the built-in policy; what denies it to them is set aside. */
export function isAllPowerful(set: PolicySet, writer: Writer): boolean {
  return facesOf(writer).every((face) => isAllowedEverything(set, face));
}
