import { recallChanges, reportFound, resourceReport } from '../apply/index.js';
import { nounOf } from '../drivers/resource.js';
import { stepsOf, type Plan } from '../plan/index.js';
import type { Report, ResourceReport } from '../report/types.js';
import type { OperationContext } from './context.js';
import type { Operation } from './operation.js';
import { planOperation } from './plan-operation.js';

/** The state of an operation whose outcome was unknown. */
export interface Reconciliation {
  /** Whether everything that the operation wants exists as wanted. */
  satisfied: boolean;
  /** What does not exist, or not as wanted: `server web-01`, `server web-02 (plan)`. */
  missing: string[];
  /** What was done under the operation's key, reported before or not; then what exists as wanted. */
  resources: ResourceReport[];
}

/** Determines how much of an operation with an unknown outcome was done. Changes nothing. @throws DriverError */
export async function reconcileOperation(
  operation: Operation,
  {
    drivers,
    infra,
    idempotencyKey,
    kinds,
    intents,
  }: Pick<OperationContext, 'drivers' | 'infra' | 'idempotencyKey' | 'kinds' | 'intents'>,
): Promise<Reconciliation> {
  const planned = await planOperation(operation, infra, drivers);
  const missing =
    'missing' in planned
      ? planned.missing
      : [...stepsOf(planned.plan).map((step) => stepMissing(planned.plan, step)), ...blockedIn(planned.plan)];
  const recalled = await recallChanges({ drivers, infra, idempotencyKey, kinds, intents });
  const resources = recalled.map((change) => resourceReport(infra, change));
  if ('plan' in planned) {
    const { plan } = planned;
    const reported = new Set(recalled.filter(({ kind }) => kind === plan.kind).map(({ name }) => name));
    const report = (one: Report) => {
      if (one.type === 'resource') resources.push(one);
    };
    reportFound(plan, { report }, reported);
  }
  return { satisfied: missing.length === 0, missing, resources };
}

function stepMissing({ kind }: Plan, step: ReturnType<typeof stepsOf>[number]): string {
  const fields = 'differences' in step ? step.differences.map(({ field }) => field).join(', ') : '';
  return `${nounOf(kind)} ${step.name}${fields && ` (${fields})`}`;
}

function blockedIn({ kind, entries }: Plan): string[] {
  return entries
    .filter(({ action }) => action === 'blocked')
    .map(({ name, before }) => `${nounOf(kind)} ${name} (${before ? 'in state error' : 'unknown'})`);
}
