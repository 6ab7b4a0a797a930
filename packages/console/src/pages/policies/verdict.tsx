import type { Verdict as Decision } from '@provisioning/contracts';
import { Status } from '../../ui/status.js';

const STATUS: Record<Decision, string> = {
  ALLOW: 'Allow',
  NEEDS_APPROVAL: 'RequireApproval',
  EXPLICIT_DENY: 'Deny',
  IMPLICIT_DENY: 'Deny',
};

/** What the policies decided, in a word. */
export function Verdict({ verdict }: { verdict: Decision }) {
  return <Status status={STATUS[verdict]} />;
}
