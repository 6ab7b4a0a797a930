import type { WorkflowToPlan } from '@provisioning/contracts';
import type { SubmitSearch } from '../paths-infra.js';
import { client } from './client.js';

/** A workflow as the form has it. */
export type Workflow = Required<Pick<SubmitSearch, 'kind' | 'operation' | 'infra' | 'settings'>> & {
  /** The task service, or the type of the cluster; not used for servers. */
  name: string;
};

/** Submits a workflow. @param check whether nothing is to be changed @returns the id of its task */
export function submitWorkflow(
  { kind, operation, infra, settings, name }: Workflow,
  check: boolean,
  idempotencyKey: string,
): Promise<string> {
  const { createServers, createTaskserv, createCluster } = client.orchestrator;
  const body = { operation, infra, settings, check_mode: check };
  switch (kind) {
    case 'servers':
      return createServers({ body, idempotencyKey });
    case 'taskserv':
      return createTaskserv({ body: { ...body, taskserv: name }, idempotencyKey });
    case 'cluster':
      return createCluster({ body: { ...body, cluster_type: name }, idempotencyKey });
  }
}

/** The same workflow as `POST /plans` accepts it. */
export function workflowToPlan({ kind, name, ...work }: Workflow): WorkflowToPlan {
  switch (kind) {
    case 'servers':
      return { ...work, kind };
    case 'taskserv':
      return { ...work, kind, taskserv: name };
    case 'cluster':
      return { ...work, kind, cluster_type: name };
  }
}
