import type { Verdict as Decision } from '@provisioning/contracts';
import { Status } from '../../ui/status.js';

/** What the policies decided, in a word. */
export function Verdict({ verdict }: { verdict: Decision }) {
  return <Status status={verdict === 'ALLOW' ? 'Allow' : 'Deny'} />;
}
