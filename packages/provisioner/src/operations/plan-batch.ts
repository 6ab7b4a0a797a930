import { checkPlan, Interrupted, plannedReports } from '../apply/index.js';
import { DRIVERS_VERSION } from '../drivers/catalog.js';
import { DriverError } from '../drivers/driver.js';
import { digestOfSettings, type BaseVersion } from '../plan/index.js';
import type { PlannedReport } from '../report/index.js';
import {
  readSettingsAndFiles,
  SettingsError,
  type ReadSettingsOptions,
  type Settings,
} from '../settings/index.js';
import type { OperationContext, OperationResult } from './context.js';
import type { Operation } from './operation.js';
import { planOperation, type PlannedOperation } from './plan-operation.js';
import { planWorkflow, type Workflow } from './plan-workflow.js';
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
  /** Of a workflow: the settings with all defaults, their digest, and the files of which they are made. */
  settings?: { value: Settings; digest: string; files: { name: string; sha256: string }[] };
}

/** Plans a run of the provisioning command, as that command would. */
export interface WorkflowPlanOperation {
  id: string;
  type: 'plan_workflow';
  workflow: Workflow;
  /** The settings file, relative to the folder of the infra. */
  settings: string;
}

/** Where settings are read from. */
export type SettingsSource = Pick<ReadSettingsOptions, 'workspace' | 'nickelProgram'>;

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
    return { message: plannedChanges(data), data };
  });
}

/** Changes nothing. It fails if the settings are faulty or the workflow cannot be planned. */
export function planWorkflowOperation(
  { id, workflow, settings: file }: WorkflowPlanOperation,
  context: OperationContext,
  source: SettingsSource,
): Promise<OperationResult> {
  return settled(context, async () => {
    const { drivers, infra, signal } = context;
    const { settings, files } = await readSettingsAndFiles({ ...source, infra, file, signal }).catch(
      (error: unknown) => {
        if (!(error instanceof SettingsError)) throw error;
        throw new DriverError(error.brief, { permanent: true, cause: error });
      },
    );
    const predicted = new PredictedDrivers(drivers);
    if (workflow.kind === 'cluster' && workflow.operation === 'create')
      await predicted.useCluster(workflow.name);
    const part = await partOf(
      id,
      infra,
      await planWorkflow(workflow, settings, predicted),
      predicted,
      context,
    );
    const data: BatchPlan = {
      operations: [part],
      bases: predicted.bases,
      definitions: predicted.usedDefinitions,
      drivers: driversOf([], [part], context),
      settings: { value: settings, digest: digestOfSettings(settings), files: [...files] },
    };
    return { message: plannedChanges(data), data };
  });
}

async function planPart(
  operation: Operation & { infra: string },
  predicted: PredictedDrivers,
  context: OperationContext,
): Promise<PlannedPart> {
  const { id, infra } = operation;
  try {
    if (operation.type === 'cluster_batch') await predicted.useCluster(operation.cluster_type);
    const planned = await planOperation(operation, infra, predicted);
    if ('missing' in planned) throw new DriverError(planned.message, { permanent: true });
    return await partOf(id, infra, planned, predicted, context);
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    const { message, permanent } = error;
    throw new DriverError(`Operation ${id} cannot be planned: ${message}`, { permanent, cause: error });
  }
}

async function partOf(
  id: string,
  infra: string,
  { plan, notes }: PlannedOperation,
  predicted: PredictedDrivers,
  { drivers, signal }: OperationContext,
): Promise<PlannedPart> {
  await checkPlan(plan, drivers, signal);
  predicted.predict(plan);
  const changes = plannedReports(plan).map(({ type: _type, ...change }) => change);
  return { id, infra, changes, known_after: changes.flatMap(knownAfter), notes };
}

function plannedChanges({ operations }: BatchPlan): string {
  const count = operations.reduce((sum, { changes }) => sum + changes.length, 0);
  return `Planned ${count} ${count === 1 ? 'change' : 'changes'}`;
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
