import { Failure } from '@provisioning/errors';
import { digestOfSettings } from '@provisioning/provisioner/plan';
import type { BatchPlan, WorkflowPlanOperation } from '@provisioning/provisioner/host-protocol';
import { v7 as uuidv7 } from 'uuid';
import { workOf, type NamedWorkflow, type WorkflowService } from '../workflow/workflow-service.js';
import { factsOf, plannedChanges } from './batch-planning.js';
import type { PlanningTask, PlanStore } from './plan-store.js';
import { changesOf, type Planner, type Planning, type Run } from './planner.js';

/** Plans workflows as the provisioning command would run them, with the settings as they are in the workspace now. */
export class WorkflowPlanner implements Planner<'workflow'> {
  constructor(
    private readonly workflows: Pick<WorkflowService, 'check' | 'taskOf' | 'announce'>,
    private readonly store: Pick<PlanStore, 'startTask'>,
  ) {}

  /** @throws Failure `invalid` (`unknown_definition`) */
  async task(request: NamedWorkflow): Promise<PlanningTask> {
    await this.workflows.check(workOf(request));
    const { kind, name, operation, infra, settings } = request;
    const workflow = kind === 'servers' ? { kind, operation } : { kind, operation, name: name ?? '' };
    const spec: WorkflowPlanOperation & { infra: string } = {
      id: 'workflow',
      type: 'plan_workflow',
      infra,
      workflow,
      settings,
    };
    return { id: uuidv7(), name: 'plan', infras: [infra], spec };
  }

  /** @throws Failure `invalid` (`secret_in_settings`) */
  conclude(request: NamedWorkflow, reported: unknown): Promise<Planning> {
    // Safe cast: the planning task of a workflow reports this.
    const planned = reported as BatchPlan & { settings: NonNullable<BatchPlan['settings']> };
    const { settings } = planned;
    // What workers report is stored without secrets, and other settings than those of the file must never be executed.
    if (digestOfSettings(settings.value) !== settings.digest) throw hasSecret(request);
    return Promise.resolve({
      inputs: { kind: 'workflow', request, ...factsOf(planned), settings: settings.files },
      content: { ...changesOf(planned), settings },
    });
  }

  async start({ plan, id, verification, executor }: Run): Promise<void> {
    const { inputs, content } = plan;
    if (inputs?.kind !== 'workflow' || !content?.settings) return;
    const task = this.workflows.taskOf(id, workOf(inputs.request), executor);
    const planned = plannedChanges(inputs).map(({ operation: _operation, ...change }) => change);
    const spec = { settings: content.settings.value, planned };
    if (await this.store.startTask({ id: plan.id, verification }, task, spec)) this.workflows.announce(task);
  }
}

function hasSecret({ infra, settings }: NamedWorkflow): Failure {
  return new Failure(
    'invalid',
    `The settings ${infra}/${settings} contain a secret of the platform, and plans store no secrets. Remove it from the settings.`,
    { code: 'secret_in_settings' },
  );
}
