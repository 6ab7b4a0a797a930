/** A token for a program: it acts as its owner, with some of the owner's roles. */
export interface ApiToken {
  id: string;
  userId: string;
  name: string;
  roles: readonly string[];
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Date | null;
}

/** What was granted once, as far as the owner has it still. */
export function rolesInForce(token: Pick<ApiToken, 'roles'>, owner: { roles: readonly string[] }): string[] {
  return token.roles.filter((role) => owner.roles.includes(role));
}
