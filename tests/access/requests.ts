import type { AnyOperation } from '@provisioning/contracts';
import { v7 as uuidv7 } from 'uuid';

/** Objects of the admin that a stranger names. */
export interface Belongings {
  userId: string;
  sessionId: string;
  tokenId: string;
}

export interface CallRequest {
  path: string;
  body: unknown;
}

/** Bodies of operations without an example in the contract, or with one that cannot be sent unchanged. */
const BODIES: Record<string, unknown> = {
  executeRollback: { operation_ids: [uuidv7()] },
  // Every session would end, those of the other callers as well.
  endAllAccess: { username: 'not-the-caller' },
  holdWork: {},
  createWebhook: { url: 'https://203.0.113.7/hook', events: ['task.completed'] },
  updateWebhook: { enabled: false },
  replayDecisions: { from: '2025-09-26T10:00:00Z' },
  validatePolicy: { rules: [{ effect: 'Deny', resource: 'servers:nowhere', action: ['create'] }] },
  createPolicy: {
    name: 'of_the_matrix',
    version: '1.0.0',
    rules: [{ effect: 'Deny', resource: 'servers:nowhere', action: ['create'] }],
  },
  changePassword: { password: 'not-the-password-of-anybody', new_password: 'meadow-quartz-orbit-3' },
  confirmMfa: { code: '000000' },
  disableMfa: { password: 'not-the-password-of-anybody' },
  enrollMfa: { password: 'not-the-password-of-anybody' },
  renewRecoveryCodes: { password: 'not-the-password-of-anybody' },
  createToken: {
    name: 'of the matrix',
    roles: ['viewer'],
    expires_at: new Date(Date.now() + 86_400_000).toISOString(),
  },
  appendAudit: { entries: [] },
  recordDecisions: { decisions: [] },
  introspectToken: { token_hash: '0'.repeat(64) },
  getPrincipals: { ids: [] },
};

/** Parameters of paths that are not ids. */
const PARAMETERS: Readonly<Record<string, string>> = { kind: 'server' };

/** A request that only a lack of permission could prevent. Its ids name no object, or another user's. */
export function requestFor(operation: AnyOperation, others: Belongings | undefined): CallRequest {
  const path = operation.path.replaceAll(
    /\{([a-z_]+)\}/g,
    (_, parameter: string) => (others && idOf(operation, others)) ?? PARAMETERS[parameter] ?? uuidv7(),
  );
  const example = BODIES[operation.id] ?? operation.example ?? {};
  return { path, body: operation.body ? example : undefined };
}

/** The id of another user's object to which the operation applies; undefined where there is none. */
export function idOf({ path }: AnyOperation, others: Belongings): string | undefined {
  if (path.startsWith('/users/')) return others.userId;
  if (path.startsWith('/auth/sessions/')) return others.sessionId;
  if (path.startsWith('/tokens/')) return others.tokenId;
  return undefined;
}
