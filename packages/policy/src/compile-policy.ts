import { Failure, type FailureDetail } from '@provisioning/errors';
import { compileCondition, type Condition } from './cel/condition.js';
import { approvableActions, compileApproval } from './compile-approval.js';
import { LIMITS } from './limits.js';
import {
  ACTIONS,
  EFFECTS,
  isAction,
  type Action,
  type Effect,
  type PolicyDocument,
  type RuleApproval,
} from './policy.js';
import { parseResourcePattern, type ResourcePattern } from './resource-pattern.js';

/** A rule, ready to be evaluated. */
export interface CompiledRule {
  policy: string;
  policyId: string | null;
  index: number;
  effect: Effect;
  resource: ResourcePattern;
  actions: ReadonlySet<Action>;
  /** Rules with the same condition share one. */
  condition: Condition | undefined;
  /** Where the effect is RequireApproval. */
  approval: RuleApproval | undefined;
}

/** A policy, ready to be evaluated. */
export interface CompiledPolicy {
  name: string;
  rules: readonly CompiledRule[];
}

/** Conditions by their text: equal ones are compiled once, and evaluated once for a decision. */
export type ConditionCache = Map<string, ReturnType<typeof compileCondition>>;

/**
 * Compiles a policy.
 * @throws Failure `invalid`, code `policy_invalid`, with every fault of the policy: its path (`rules[0].condition`),
 * what is wrong, and in a condition the line and column, counted from 1.
 */
export function compilePolicy(document: PolicyDocument): CompiledPolicy {
  const faults: FailureDetail[] = [];
  const compiled = compileInto(document, faults, '', new Map());
  throwIfAny(faults);
  return compiled;
}

/** @throws Failure `invalid` when there are faults. */
export function throwIfAny(faults: FailureDetail[]): void {
  const [first] = faults;
  if (!first) return;
  const { path, line, column, message } = first;
  const where = line === undefined ? path : `${path}:${line}:${column}`;
  const more = faults.length > 1 ? ` There are ${faults.length} faults in all.` : '';
  throw new Failure('invalid', `The policy cannot be used: ${where}: ${message}.${more}`, {
    code: 'policy_invalid',
    details: faults,
  });
}

/** Compiles the valid rules, and adds the faults of the others to `faults`, with paths that begin with `prefix`. */
export function compileInto(
  document: PolicyDocument,
  faults: FailureDetail[],
  prefix: string,
  conditions: ConditionCache,
): CompiledPolicy {
  const { id = null, name } = document;
  if (typeof name !== 'string' || name === '')
    faults.push({ path: `${prefix}name`, message: 'a policy needs a name' });
  const rules: unknown = document.rules;
  if (!Array.isArray(rules)) {
    faults.push({ path: `${prefix}rules`, message: 'must be a list' });
    return { name, rules: [] };
  }
  if (rules.length > LIMITS.rules) {
    faults.push({
      path: `${prefix}rules`,
      message: `are ${rules.length}: ${LIMITS.rules} at most in one policy`,
    });
    return { name, rules: [] };
  }
  const compiled = rules.map((rule: unknown, index) => {
    const path = `${prefix}rules[${index}]`;
    if (typeof rule === 'object' && rule !== null) {
      return { policy: name, policyId: id, index, ...compileRule(rule, path, faults, conditions) };
    }
    faults.push({ path, message: 'must be an object with effect, resource and action' });
    return undefined;
  });
  return { name, rules: compiled.filter((rule) => rule !== undefined) };
}

type Written = Partial<Record<'effect' | 'resource' | 'action' | 'condition' | 'approval', unknown>>;
type RuleParts = Pick<CompiledRule, 'effect' | 'resource' | 'actions' | 'condition' | 'approval'>;

/** A rule with faults is compiled to one that is never used: its faults make the whole policy invalid. */
function compileRule(rule: Written, path: string, faults: FailureDetail[], cache: ConditionCache): RuleParts {
  const fault = (member: string, message: string) => void faults.push({ path: `${path}.${member}`, message });
  const effect = EFFECTS.find((known) => known === rule.effect);
  if (!effect) fault('effect', `is ${show(rule.effect)}: it must be Allow, Deny or RequireApproval`);
  const resource =
    typeof rule.resource === 'string' ? parseResourcePattern(rule.resource) : 'must be a string';
  if (typeof resource === 'string') fault('resource', resource);
  const actions = compileActions(rule.action, fault);
  const needsApproval =
    effect === 'RequireApproval' && Array.isArray(rule.action) && typeof resource !== 'string';
  return {
    effect: effect ?? 'Deny',
    resource: typeof resource === 'string' ? { type: '*', matches: () => false, text: '' } : resource,
    // Safe cast: needsApproval is true only for a list.
    actions: needsApproval ? approvableActions(rule.resource, rule.action as unknown[], fault) : actions,
    condition: conditionOf(rule.condition, `${path}.condition`, faults, cache),
    approval: compileApproval(effect, rule.approval, fault),
  };
}

function compileActions(
  written: unknown,
  fault: (member: string, message: string) => void,
): ReadonlySet<Action> {
  if (!Array.isArray(written) || written.length === 0) {
    fault('action', 'must be a list of at least one action');
    return new Set();
  }
  written.forEach((action: unknown, index) => {
    if (action === '*' || isAction(action)) return;
    fault(`action[${index}]`, `${show(action)} is no action: there are ${ACTIONS.join(', ')} and *`);
  });
  return new Set(written.includes('*') ? ACTIONS : written.filter(isAction));
}

function conditionOf(
  text: unknown,
  path: string,
  faults: FailureDetail[],
  cache: ConditionCache,
): Condition | undefined {
  if (text === undefined) return undefined;
  if (typeof text !== 'string') {
    faults.push({ path, message: 'must be a string of CEL' });
    return undefined;
  }
  const compiled = cache.get(text) ?? compileCondition(text);
  cache.set(text, compiled);
  if (!('faults' in compiled)) return compiled;
  faults.push(...compiled.faults.map((each) => ({ path, ...each })));
  return undefined;
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'missing';
}
