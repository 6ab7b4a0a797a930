import type { TokenScope } from '../session/tokens.js';
import { ADMIN_ROLE } from '../user/user.js';

export interface MfaBearer {
  roles: readonly string[];
  mfaEnabled: boolean;
}

/** Whether somebody must have a second factor; where admins must, one without may only set it up. */
export class MfaRequirement {
  constructor(private readonly adminsMust: boolean) {}

  concerns({ roles }: Pick<MfaBearer, 'roles'>): boolean {
    return this.adminsMust && roles.includes(ADMIN_ROLE);
  }

  /** What a user's next token is good for; undefined for everything. */
  scopeOf(user: MfaBearer): TokenScope | undefined {
    return this.concerns(user) && !user.mfaEnabled ? 'mfa_enrollment' : undefined;
  }
}
