import { semanticChange, type SemanticChange } from '@provisioning/provisioner/plan';
import type { BatchPlan, BatchPlanOperation } from '@provisioning/provisioner/host-protocol';
import type { BatchRequest } from '../batch/batch-service.js';
import type { OperationSpec } from '../batch/batch.js';
import { inDependencyOrder } from '../batch/graph.js';
import type { PlanContent, PlanInputs } from './plan.js';

/** What a task needs to plan a batch. Commands are left out: what they change is not known before. */
export function planningSpec(specs: readonly OperationSpec[]): BatchPlanOperation & { infra: string } {
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
export function inputsOf(request: BatchRequest, planned: BatchPlan): PlanInputs {
  const { operations, bases, definitions, drivers } = planned;
  const changes = operations.flatMap(({ id, changes: made }) =>
    made.map((change) => ({ operation: id, ...semanticChange(change) })),
  );
  return { format: 1, kind: 'batch', request, definitions, drivers, bases, changes };
}

/** Returns what the plan shows. */
export function contentOf(request: BatchRequest, { operations }: BatchPlan): PlanContent {
  const commands = request.operations.filter(({ type }) => type === 'command_batch');
  return {
    changes: operations.flatMap(({ id, changes }) => changes.map((change) => ({ operation: id, ...change }))),
    knownAfter: operations.flatMap(({ known_after: values }) => values),
    notes: [
      ...operations.flatMap(({ notes }) => notes),
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
export function approvedChanges({ request, changes }: PlanInputs): Map<string, SemanticChange[]> {
  const approved = new Map<string, SemanticChange[]>(
    request.operations.flatMap(({ id, type }) => (type === 'command_batch' ? [] : [[id, []]])),
  );
  for (const { operation, ...change } of changes) approved.get(operation)?.push(change);
  return approved;
}
