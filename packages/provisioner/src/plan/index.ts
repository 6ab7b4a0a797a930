export { countOf, differencesBetween, planCreate, planDelete, planWanted, stepsOf } from './plan.js';
export type { Blocked, Difference, Plan, PlanEntry, PlannedAction, Step, Unknown } from './plan.js';
export { KINDS, type Kind } from '../drivers/resource.js';
export { cannotChange } from '../drivers/limits.js';
export { renderPlan } from './render-plan.js';
export { canonicalJson } from './canonical-json.js';
export {
  baseVersion,
  changesKey,
  comparedAttributes,
  digestOfSettings,
  semanticChange,
  type BaseVersion,
  type SemanticChange,
} from './semantics.js';
