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
