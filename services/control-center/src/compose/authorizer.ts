import type { Authorizer } from '@provisioning/http-kit';
import type { Logger } from '@provisioning/runtime';
export function policyAuthorizer(_log: Logger): Authorizer {
  return ({ principal }) => principal.roles.includes('admin');
}
