import { APPROVABLE_ACTIONS, APPROVABLE_TYPES } from './approval.js';
import { LIMITS } from './limits.js';
import { isAction, type Action, type Effect, type RuleApproval } from './policy.js';
import { typeOfPattern } from './resource-pattern.js';

/** Reports a fault of a member of a rule. */
export type FaultOf = (member: string, message: string) => void;

const MEMBERS = ['count', 'roles', 'distinct_from', 'expires_in'];

/** Returns the checked `approval` of a rule; undefined where the rule has none or it has faults. */
export function compileApproval(
  effect: Effect | undefined,
  written: unknown,
  fault: FaultOf,
): RuleApproval | undefined {
  if (effect !== 'RequireApproval') {
    if (written !== undefined) fault('approval', 'is allowed only where effect is RequireApproval');
    return undefined;
  }
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    fault('approval', 'must be an object with count, for example {"count": 2, "roles": ["lead"]}');
    return undefined;
  }
  let faultless = true;
  const report: FaultOf = (member, message) => {
    faultless = false;
    fault(`approval.${member}`, message);
  };
  const {
    count,
    roles,
    distinct_from: distinctFrom,
    expires_in: expiresIn,
    // Safe cast: checked to be an object.
  } = written as Record<string, unknown>;
  for (const member of Object.keys(written)) {
    if (!MEMBERS.includes(member)) report(member, `is unknown: an approval has ${MEMBERS.join(', ')}`);
  }
  if (!isWithin(count, LIMITS.approvers)) report('count', `must be an integer from 1 to ${LIMITS.approvers}`);
  if (roles !== undefined && !isList(roles, (role) => typeof role === 'string' && role !== '')) {
    report('roles', `must be a list of 1 to ${LIMITS.roles} names of roles; leave it out for any approver`);
  }
  if (distinctFrom !== undefined && !isList(distinctFrom, (each) => each === 'submitter')) {
    report('distinct_from', 'must be ["submitter"]; leave it out where the submitter may approve');
  }
  if (expiresIn !== undefined && !isWithin(expiresIn, LIMITS.approvalSeconds)) {
    report('expires_in', `must be a number of seconds from 1 to ${LIMITS.approvalSeconds}`);
  }
  // Safe cast: every member has been checked.
  return faultless ? (written as RuleApproval) : undefined;
}

/**
 * Checks what a `RequireApproval` names: nothing but a plan can satisfy it, so it must not cover what no plan contains.
 * @returns the actions that need the approval; `*` names those that plans contain.
 */
export function approvableActions(
  resource: unknown,
  action: readonly unknown[],
  fault: FaultOf,
): ReadonlySet<Action> {
  const type = typeof resource === 'string' ? typeOfPattern(resource) : '*';
  if (!APPROVABLE_TYPES.some((approvable) => approvable === type)) {
    fault(
      'resource',
      `is ${JSON.stringify(resource)}: RequireApproval is for ${APPROVABLE_TYPES.join(', ')}, one type in each rule`,
    );
  }
  action.forEach((each, index) => {
    if (!isAction(each) || isApprovable(each)) return;
    fault(
      `action[${index}]`,
      `${each} needs no approval: RequireApproval is for ${APPROVABLE_ACTIONS.join(', ')} and *`,
    );
  });
  return new Set(action.includes('*') ? APPROVABLE_ACTIONS : action.filter(isAction).filter(isApprovable));
}

function isApprovable(action: Action): boolean {
  return APPROVABLE_ACTIONS.some((approvable) => approvable === action);
}

function isWithin(value: unknown, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most;
}

function isList(value: unknown, holds: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.length <= LIMITS.roles && value.every(holds);
}
