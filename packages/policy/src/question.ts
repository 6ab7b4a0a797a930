import type { DecisionRequest } from './decision.js';
import type { Action } from './policy.js';

/** A question to the policies, except for the principal, the time and the address. */
export interface Question {
  action: Action;
  /** `type:id`. */
  resource: string;
  /** Other names of the same object (`batches:<id>` besides `batches:<name>`): a rule for any of them counts. */
  alsoKnownAs?: readonly string[] | undefined;
  /** Values for conditions (infra, provider, kind…): declared and checked, or of the stored object. */
  context: DecisionRequest['context'];
  /**
   * Which answer counts as yes.
   * - `allowed`: a rule allows it and none denies it. The default.
   * - `not_denied`: no rule denies it.
   * - `approvable`: as `allowed`, and approvals count as given. For planning, and for reading what may be executed.
   * - `open`: for lists, whose rows are asked about one by one. Rules whose conditions depend on the row are left to
   * the rows; what is certainly refused is refused.
   */
  mode?: 'allowed' | 'approvable' | 'not_denied' | 'open' | undefined;
}
