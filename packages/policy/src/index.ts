export { builtinPolicies } from './builtin-policies.js';
export { compilePolicies, type PolicySet } from './compile.js';
export { decide } from './decide.js';
export type { Decision, DecisionRequest, Effect, PolicyDocument, PolicyRule } from './policy.js';
