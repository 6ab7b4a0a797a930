import { checkPlan, Interrupted, plannedReports } from '../apply/index.js';
import { DRIVERS_VERSION } from '../drivers/catalog.js';
import { DriverError } from '../drivers/driver.js';
import type { BaseVersion } from '../plan/index.js';
import type { PlannedReport } from '../report/index.js';
import type { OperationContext, OperationResult } from './context.js';
import type { Operation } from './operation.js';
import { planOperation } from './plan-operation.js';
import { PredictedDrivers, type UsedDefinition } from './predicted-drivers.js';
import { settled } from './settle.js';

/** Plans the operations of a batch, each on the resources as they will be after those before it. */
export interface BatchPlanOperation {
  id: string;
  type: 'plan';
  /** Each one comes after those on which it depends. */
  operations: readonly (Operation & { infra: string })[];
}

/** What one operation of a batch would do. */
export interface PlannedPart {
  /** The id of the operation in its batch. */
  id: string;
  infra: string;
  changes: Omit<PlannedReport, 'type'>[];
  /** Values that are known only after the operation, such as `server web-01: address`. */
  known_after: string[];
  /** Sentences for users. */
  notes: string[];
}

/** The data of the result: the plan, and everything on which it depends. */
export interface BatchPlan {
  operations: PlannedPart[];
  /** Every existing resource that was read. */
  bases: BaseVersion[];
  definitions: UsedDefinition[];
  /** The driver of each provider and the version of the drivers. */
  drivers: { provider: string; driver: string; version: number }[];
}

/** Changes nothing. It fails if an operation cannot be planned, with the operation's id in the message. */
export function planBatchOperation(
  { operations }: BatchPlanOperation,
  context: OperationContext,
): Promise<OperationResult> {
  return settled(context, async () => {
    const predicted = new PredictedDrivers(context.drivers);
    const parts: PlannedPart[] = [];
    for (const operation of operations) {
      if (context.signal.aborted) throw new Interrupted();
      parts.push(await planPart(operation, predicted, context));
    }
    const data: BatchPlan = {
      operations: parts,
      bases: predicted.bases,
      definitions: predicted.usedDefinitions,
      drivers: driversOf(operations, parts, context),
    };
    const count = parts.reduce((sum, { changes }) => sum + changes.length, 0);
    return { message: `Planned ${count} ${count === 1 ? 'change' : 'changes'}`, data };
  });
}

async function planPart(
  operation: Operation & { infra: string },
  predicted: PredictedDrivers,
  { drivers, signal }: OperationContext,
): Promise<PlannedPart> {
  const { id, infra } = operation;
  try {
    if (operation.type === 'cluster_batch') await predicted.useCluster(operation.cluster_type);
    const planned = await planOperation(operation, infra, predicted);
    if ('missing' in planned) throw new DriverError(planned.message, { permanent: true });
    const { plan, notes } = planned;
    await checkPlan(plan, drivers, signal);
    predicted.predict(plan);
    const changes = plannedReports(plan).map(({ type: _type, ...change }) => change);
    return { id, infra, changes, known_after: changes.flatMap(knownAfter), notes };
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    const { message, permanent } = error;
    throw new DriverError(`Operation ${id} cannot be planned: ${message}`, { permanent, cause: error });
  }
}

function knownAfter({ change, kind, name, after }: PlannedPart['changes'][number]): string[] {
  if (change !== 'create') return [];
  if (kind === 'server') return [`server ${name}: id`, `server ${name}: address`];
  return after?.['version'] === null ? [`${kind} ${name}: version`] : [];
}

function driversOf(
  operations: BatchPlanOperation['operations'],
  parts: readonly PlannedPart[],
  { drivers }: OperationContext,
): BatchPlan['drivers'] {
  const named = [
    ...operations.map(({ provider }) => provider),
    ...parts.flatMap(({ changes }) => changes.flatMap(({ provider }) => provider ?? [])),
  ];
  return [...new Set(named)].sort().map((provider) => ({
    provider,
    driver: drivers.for(drivers.provider(provider)).name,
    version: DRIVERS_VERSION,
  }));
}
