import { fileURLToPath } from 'node:url';
import { builtinPolicies, compilePolicies, type PolicyDocument } from '@provisioning/policy';
import { createPostgres, silentLogger } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { scopeOf, type Scope } from '../../src/domain/access/scope.js';
import type { CurrentUser } from '../../src/domain/access/grant-reviewer.js';
import { BatchService, type BatchRequest } from '../../src/domain/batch/batch-service.js';
import { Definitions } from '@provisioning/provisioner';
import { BatchPlanner } from '../../src/domain/plan/batch-planning.js';
import { PlanApprovals } from '../../src/domain/plan/plan-approvals.js';
import { PlanExecution } from '../../src/domain/plan/plan-execution.js';
import { PlanService } from '../../src/domain/plan/plan-service.js';
import { PostgresScopeStore } from '../../src/postgres/access/scope-store.js';
import { PostgresBatchStore } from '../../src/postgres/batches/batch-store.js';
import { PostgresInventoryStore } from '../../src/postgres/journal/inventory-store.js';
import { PostgresPlanStore } from '../../src/postgres/plans/plan-store.js';
import { batchIn } from './planning.js';

const DEFINITIONS = fileURLToPath(new URL('../../../../workspace/definitions', import.meta.url));

/** The parts of an API process that make and execute plans, without its periodic jobs. */
export interface PlanProcess {
  database: Knex;
  plans: PlanService;
  execution: PlanExecution;
}

/** The request and the scope of a plan that creates one server in an infra. */
export function requestIn(infra: string, owner: string): { request: BatchRequest; scope: Scope } {
  const { name, operations } = batchIn(infra);
  const request: BatchRequest = {
    name,
    version: null,
    storageBackend: null,
    parallelLimit: 10,
    rollbackEnabled: false,
    onFailure: 'stop',
    operations: operations.map((operation) => ({ ...operation, type: 'server_batch', dependencies: [] })),
  };
  const scope = scopeOf(
    owner,
    [{ action: 'create', kind: 'server', infra, name: infra, provider: 'local' }],
    { batch: name },
  );
  return { request, scope };
}

/**
 * @param users who exist
 * @param policies beside the built-in ones
 */
export function planProcess(
  url: string,
  users: readonly CurrentUser[],
  policies: readonly PolicyDocument[] = [],
): PlanProcess {
  const database = createPostgres({
    url,
    schema: 'orchestrator',
    applicationName: 'test',
    log: silentLogger,
  });
  const scopes = new PostgresScopeStore(database);
  const store = new PostgresPlanStore(database, scopes);
  const notifier = { submitted: () => undefined, notify: () => undefined };
  const capabilities = { providers: new Map([['local', {}]]), commands: new Set<string>() };
  const batches = new BatchService(
    new PostgresBatchStore(database, scopes),
    notifier,
    capabilities,
    new Definitions(DEFINITIONS),
    new PostgresInventoryStore(database),
  );
  const inForce = compilePolicies([...builtinPolicies, ...policies], { revision: 1 });
  const approvals = new PlanApprovals({
    users: (ids) => Promise.resolve(users.filter(({ id }) => ids.includes(id))),
    policies: () => inForce,
    scopeOf: ({ infras, createdBy }) => Promise.resolve(requestIn(infras[0]!, createdBy).scope),
  });
  const refuse = () => Promise.reject(new Error('This process plans batches only.'));
  const otherKinds = { task: refuse, conclude: refuse, start: refuse };
  const planners = {
    batch: new BatchPlanner(batches, store),
    workflow: otherKinds,
    rollback: otherKinds,
    restore: otherKinds,
  };
  const plans = new PlanService(store, planners, notifier, approvals);
  return { database, plans, execution: new PlanExecution(store, plans, planners, approvals) };
}
