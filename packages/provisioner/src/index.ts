export { Definitions } from './definitions/index.js';
export { applyPlan, Interrupted, summarize, waitUntilRunning } from './apply/index.js';
export type { Applied, ApplyOptions, Outcome } from './apply/index.js';
export {
  createLocalDriver,
  DriverError,
  DriverSet,
  fullName,
  KINDS,
  PROVIDERS,
  TEST_PROVIDER,
} from './drivers/index.js';
export type {
  ActContext,
  Change,
  Cluster,
  Collection,
  DesiredCluster,
  DesiredTaskserv,
  Driver,
  DriverSetOptions,
  Existing,
  Kind,
  Provider,
  Server,
  Taskserv,
} from './drivers/index.js';
export { differencesBetween, planCreate, planDelete, planWanted, renderPlan } from './plan/index.js';
export type { Difference, Plan, PlanEntry, PlannedAction } from './plan/index.js';
export * from './report/index.js';
export {
  describeFault,
  listInfras,
  listSettings,
  parseSettings,
  readSettings,
  SettingsError,
  SettingsSchema,
} from './settings/index.js';
export type {
  DesiredServer,
  Fault,
  ListedSettings,
  ReadSettingsOptions,
  ServiceSettings,
  Settings,
  SettingsFile,
} from './settings/index.js';
