export { countOf, differencesBetween, planCreate, planDelete, stepsOf } from './plan.js';
export type { Difference, Plan, PlanEntry, PlannedAction, Step } from './plan.js';
export { renderPlan } from './render-plan.js';
