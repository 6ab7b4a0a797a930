export { countOf, differencesBetween, planCreate, planDelete, planWanted, stepsOf } from './plan.js';
export type { Difference, Plan, PlanEntry, PlannedAction } from './plan.js';
export { KINDS, type Kind } from '../drivers/resource.js';
export { renderPlan } from './render-plan.js';
