import type { TokenScope } from '../session/tokens.js';
import { ADMIN_ROLE } from '../user/user.js';

/** The part of a user that decides whether a second factor is required. */
export interface MfaBearer {
  roles: readonly string[];
  mfaEnabled: boolean;
}

/** Decides who must have a second factor. Where administrators must, one without a factor may only enrol. */
export class MfaRequirement {
  constructor(private readonly adminsMust: boolean) {}

  concerns({ roles }: Pick<MfaBearer, 'roles'>): boolean {
    return this.adminsMust && roles.includes(ADMIN_ROLE);
  }

  /** Returns what the user's next token is restricted to; undefined for no restriction. */
  scopeOf(user: MfaBearer): TokenScope | undefined {
    return this.concerns(user) && !user.mfaEnabled ? 'mfa_enrollment' : undefined;
  }
}
