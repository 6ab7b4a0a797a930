export const ADMIN_ROLE = 'admin';

/** A user without credentials. */
export interface User {
  id: string;
  username: string;
  email: string;
  roles: readonly string[];
  enabled: boolean;
  /** Whether sign-in requires a second factor. */
  mfaEnabled: boolean;
  /** Incremented by each change that ends the user's sessions. */
  tokenEpoch: number;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  lastLogin: Date | null;
}

/** A user with the hash of the password. */
export interface UserCredentials extends User {
  passwordHash: string;
}

/** A user to be stored. */
export type NewUser = Omit<
  UserCredentials,
  'mfaEnabled' | 'tokenEpoch' | 'version' | 'updatedAt' | 'lastLogin'
>;

/** The members of a user to be replaced; undefined keeps one. */
export interface UserChanges {
  email?: string | undefined;
  roles?: readonly string[] | undefined;
  enabled?: boolean | undefined;
  password?: string | undefined;
}

/** Whether a user has the role `admin` and is enabled. */
export function isEnabledAdmin(user: Pick<User, 'roles' | 'enabled'>): boolean {
  return user.enabled && user.roles.includes(ADMIN_ROLE);
}

/** Roles are a set: order and repetition are ignored. */
export function sameRoles(some: readonly string[], others: readonly string[]): boolean {
  const [left, right] = [new Set(some), new Set(others)];
  return left.size === right.size && [...left].every((role) => right.has(role));
}

/** Returns the user after `changes`; `endsSessions` where the claims of its tokens are no longer true. */
export function changed(user: User, changes: UserChanges, now: Date): { user: User; endsSessions: boolean } {
  const roles = [...new Set(changes.roles ?? user.roles)];
  const enabled = changes.enabled ?? user.enabled;
  const email = changes.email ?? user.email;
  // Tokens carry roles and the address, and conditions of policies read both.
  const endsSessions =
    changes.password !== undefined ||
    enabled !== user.enabled ||
    email !== user.email ||
    !sameRoles(roles, user.roles);
  return {
    user: {
      ...user,
      email,
      roles,
      enabled,
      tokenEpoch: user.tokenEpoch + (endsSessions ? 1 : 0),
      version: user.version + 1,
      updatedAt: now,
    },
    endsSessions,
  };
}
