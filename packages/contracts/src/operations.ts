import * as audit from './control-center/audit.js';
import * as auth from './control-center/auth.js';
import * as controlCenterSystem from './control-center/system.js';
import * as decisions from './control-center/decisions.js';
import * as internal from './control-center/internal.js';
import * as mfa from './control-center/mfa.js';
import * as policies from './control-center/policies.js';
import * as tokens from './control-center/tokens.js';
import * as users from './control-center/users.js';
import type { AnyOperation, Service } from './operation.js';
import * as batches from './orchestrator/batches.js';
import * as events from './orchestrator/events.js';
import * as hold from './orchestrator/hold.js';
import * as plans from './orchestrator/plans.js';
import * as platform from './orchestrator/platform.js';
import * as rollback from './orchestrator/rollback.js';
import * as state from './orchestrator/state.js';
import * as orchestratorSystem from './orchestrator/system.js';
import * as tasks from './orchestrator/tasks.js';
import * as webhooks from './orchestrator/webhooks.js';
import * as workflows from './orchestrator/workflows.js';
import { byRoute } from './route-order.js';

/** The operations of the orchestrator by id. The typed client is derived from them. */
export const orchestrator = {
  ...orchestratorSystem,
  ...tasks,
  ...workflows,
  ...batches,
  ...state,
  ...platform,
  ...hold,
  ...rollback,
  ...plans,
  ...events,
  ...webhooks,
} as const;

/** The public operations of the control center by id. */
export const controlCenter = {
  ...controlCenterSystem,
  ...auth,
  ...mfa,
  ...users,
  ...tokens,
  ...policies,
  ...decisions,
  ...audit,
} as const;

/** The operations of the orchestrator in routing order: a literal path precedes a template that would match it. */
export const orchestratorOperations: readonly AnyOperation[] =
  Object.values<AnyOperation>(orchestrator).sort(byRoute);
/** The public operations of the control center in routing order. */
export const controlCenterOperations: readonly AnyOperation[] =
  Object.values<AnyOperation>(controlCenter).sort(byRoute);

/** Operations of the control center that only the orchestrator may call. They are not part of the public document. */
export const controlCenterInternalOperations: readonly AnyOperation[] =
  Object.values<AnyOperation>(internal).sort(byRoute);

/** The public operations of a service in routing order. */
export function operationsOf(service: Service): readonly AnyOperation[] {
  return service === 'orchestrator' ? orchestratorOperations : controlCenterOperations;
}
