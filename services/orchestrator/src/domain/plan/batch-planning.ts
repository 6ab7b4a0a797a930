import { semanticChange, type SemanticChange } from '@provisioning/provisioner/plan';
import type { BatchPlan, BatchPlanOperation } from '@provisioning/provisioner/host-protocol';
import { v7 as uuidv7 } from 'uuid';
import type { BatchRequest, BatchService } from '../batch/batch-service.js';
import type { OperationSpec } from '../batch/batch.js';
import { inDependencyOrder } from '../batch/graph.js';
import type { PlanContent, PlanFacts, PlanInputs } from './plan.js';
import type { PlanningTask, PlanStore } from './plan-store.js';
import { changesOf, type Planner, type Planning, type Run } from './planner.js';

/** Plans batches, each as a whole, in the order of its dependencies. */
export class BatchPlanner implements Planner<'batch'> {
  constructor(
    private readonly batches: Pick<BatchService, 'plan' | 'ofPlan' | 'announce'>,
    private readonly store: Pick<PlanStore, 'startBatch'>,
  ) {}

  /** @throws Failure `invalid` (`invalid_batch`) */
  async task(request: BatchRequest): Promise<PlanningTask> {
    const { operations, infras } = await this.batches.plan(request.operations);
    return { id: uuidv7(), name: 'plan', infras, spec: planningSpec(operations) };
  }

  conclude(request: BatchRequest, reported: unknown): Promise<Planning> {
    // Safe cast: the planning task of a batch reports this.
    const planned = reported as BatchPlan;
    return Promise.resolve({ inputs: inputsOf(request, planned), content: contentOf(request, planned) });
  }

  async start({ plan, id, verification, executor }: Run): Promise<void> {
    const { inputs } = plan;
    if (inputs?.kind !== 'batch') return;
    const { batch, operations } = await this.batches.ofPlan(
      id,
      inputs.request,
      approvedChanges(inputs),
      executor,
    );
    if (await this.store.startBatch({ id: plan.id, verification }, batch, operations))
      this.batches.announce(batch);
  }
}

/** What a task needs to plan a batch. Commands are left out: what they change is not known before. */
function planningSpec(specs: readonly OperationSpec[]): BatchPlanOperation & { infra: string } {
  const operations = inDependencyOrder(specs).filter(({ type }) => type !== 'command_batch');
  // Safe cast: the contract admitted the operations of these types with the members that the provisioner requires.
  return {
    id: 'plan',
    type: 'plan',
    infra: '',
    operations: operations as unknown as BatchPlanOperation['operations'],
  };
}

/** Returns the inputs of the digest. */
function inputsOf(request: BatchRequest, planned: BatchPlan): PlanInputs {
  return { kind: 'batch', request, ...factsOf(planned) };
}

/** Returns the inputs that a planning task has found. */
export function factsOf({ operations, bases, definitions, drivers }: BatchPlan): PlanFacts {
  const changes = operations.flatMap(({ id, changes: made }) =>
    made.map((change) => ({ operation: id, ...semanticChange(change) })),
  );
  return { format: 1, definitions, drivers, bases, changes };
}

/** Returns what the plan shows. */
function contentOf(request: BatchRequest, planned: BatchPlan): PlanContent {
  const commands = request.operations.filter(({ type }) => type === 'command_batch');
  const content = changesOf(planned);
  return {
    ...content,
    notes: [
      ...content.notes,
      ...commands.map(({ id, commands: lines = [] }) =>
        `Operation ${id} runs commands, and what they change is not known before: ${lines.join('; ')}`.slice(
          0,
          2048,
        ),
      ),
    ],
  };
}

/** The changes that each operation may make, by its id. Every operation that was planned has an entry. */
function approvedChanges({
  request,
  changes,
}: Extract<PlanInputs, { kind: 'batch' }>): Map<string, SemanticChange[]> {
  const approved = new Map<string, SemanticChange[]>(
    request.operations.flatMap(({ id, type }) => (type === 'command_batch' ? [] : [[id, []]])),
  );
  for (const { operation, ...change } of plannedChanges({ changes })) approved.get(operation)?.push(change);
  return approved;
}

/** The changes of a plan that operations can make. */
export function plannedChanges({ changes }: Pick<PlanInputs, 'changes'>): (SemanticChange & {
  operation: string;
})[] {
  // Safe cast: only rollbacks and restores change the inventory alone.
  return changes as (SemanticChange & { operation: string })[];
}
