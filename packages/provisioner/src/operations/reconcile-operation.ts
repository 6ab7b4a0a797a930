import { resourceReport } from '../apply/index.js';
import { fullName, nounOf } from '../drivers/resource.js';
import { stepsOf } from '../plan/index.js';
import type { ResourceReport } from '../report/types.js';
import type { OperationContext } from './context.js';
import type { Operation } from './operation.js';
import { planOperation } from './plan-operation.js';

export interface Reconciliation {
  /** Whether everything that the operation wants exists as wanted. */
  satisfied: boolean;
  /** What is not there, or not as wanted: `server web-01`, `server web-02 (plan)`. */
  missing: string[];
  /** What was done under the operation's key, whether or not anybody lived to report it. */
  resources: ResourceReport[];
}

/** Tells how far an operation came whose end nobody saw. Changes nothing. @throws DriverError */
export async function reconcileOperation(
  operation: Operation,
  { drivers, infra, idempotencyKey }: Pick<OperationContext, 'drivers' | 'infra' | 'idempotencyKey'>,
): Promise<Reconciliation> {
  const plan = await planOperation(operation, infra, drivers);
  const missing =
    'missing' in plan
      ? plan.missing
      : stepsOf(plan).map((step) => {
          const fields = 'differences' in step ? step.differences.map(({ field }) => field).join(', ') : '';
          return `${nounOf(plan.kind)} ${step.name}${fields && ` (${fields})`}`;
        });
  const resources: ResourceReport[] = [];
  for (const driver of drivers.all) {
    for (const change of await driver.recall(infra, idempotencyKey)) {
      const resource = change.after ?? change.before;
      if (resource) {
        resources.push(resourceReport(infra, { ...change, name: fullName(resource), driver: driver.name }));
      }
    }
  }
  return { satisfied: missing.length === 0, missing, resources };
}
