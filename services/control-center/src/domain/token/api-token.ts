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

/** The roles that were granted; the token has those that its owner still has. */
export function rolesInForce(token: Pick<ApiToken, 'roles'>, owner: { roles: readonly string[] }): string[] {
  return token.roles.filter((role) => owner.roles.includes(role));
}
