import { outlookOf, type Outlook, type PolicySet } from '@provisioning/policy';
import { facesOf, type Writer } from './writer.js';

/** A question of a user about their own rights. */
export interface RightsQuestion {
  action: string;
  /** `type:id`, or `type:*` for any object of the type. */
  resource: string;
  /** Undefined where nothing is known of the object. */
  context: Readonly<Record<string, unknown>> | undefined;
}

const STRICTEST_FIRST = ['deny', 'depends', 'allow'] as const;

/**
 * Returns what the policies would decide for a user.
 * @param request the circumstances of the question, for conditions.
 */
export function outlookFor(
  set: PolicySet,
  user: Writer,
  request: { time: Date; ip: string; method: string; path: string },
  question: RightsQuestion,
): Outlook {
  const outlooks = facesOf(user).map((principal) => outlookOf(set, { principal, request, ...question }));
  const rank = ({ verdict }: Outlook) => STRICTEST_FIRST.indexOf(verdict);
  return outlooks.reduce((strictest, each) => (rank(each) < rank(strictest) ? each : strictest));
}
