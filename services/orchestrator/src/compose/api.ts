import { join } from 'node:path';
import { createKeyring, tokenFaultOf } from '@provisioning/auth-token';
import { buildOpenApi, orchestratorOperations } from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import { createApp } from '@provisioning/http-kit';
import {
  machineLoadMeter,
  jobMetrics,
  JobRunner,
  nextTurn,
  poolMetrics,
  poolStateOf,
  programVersion,
  startHttpServer,
  within,
  type RunningProcess,
  type SchemaSources,
} from '@provisioning/runtime';
import { Definitions, PROVIDERS, TEST_PROVIDER } from '@provisioning/provisioner';
import type { Express } from 'express';
import type { ApiConfig } from '../config.js';
import { Viewers } from '../domain/access/viewer.js';
import { Visibility } from '../domain/access/visibility.js';
import { BatchService } from '../domain/batch/batch-service.js';
import type { Capabilities } from '../domain/batch/operations.js';
import { HoldService } from '../domain/hold/hold-service.js';
import { HoldWatch } from '../domain/hold/hold-watch.js';
import { PlatformService } from '../domain/platform/platform-service.js';
import { PlanApprovals } from '../domain/plan/plan-approvals.js';
import { PlanExecution } from '../domain/plan/plan-execution.js';
import { BatchPlanner } from '../domain/plan/batch-planning.js';
import { PlanService } from '../domain/plan/plan-service.js';
import { UndoPlanning } from '../domain/plan/undo-planning.js';
import { WorkflowPlanner } from '../domain/plan/workflow-planning.js';
import { RestoreService } from '../domain/rollback/restore-service.js';
import { RollbackService } from '../domain/rollback/rollback-service.js';
import { DriftService } from '../domain/state/drift-service.js';
import { SurveyService } from '../domain/state/survey-service.js';
import { StateService } from '../domain/state/state-service.js';
import { TaskService } from '../domain/task/task-service.js';
import { DeliveryRights } from '../domain/webhook/delivery-rights.js';
import { WorkflowService } from '../domain/workflow/workflow-service.js';
import { StoredWork } from '../http/asks.js';
import { batchRoutes } from '../http/batches.js';
import { holdRoutes } from '../http/hold.js';
import { platformRoutes } from '../http/platform.js';
import { readAccess } from '../http/read-access.js';
import { planRoutes } from '../http/plans.js';
import { rollbackRoutes } from '../http/rollback.js';
import { stateRoutes } from '../http/state.js';
import { systemRoutes } from '../http/system.js';
import { taskRoutes } from '../http/tasks.js';
import { webhookRoutes } from '../http/webhooks.js';
import { workflowRoutes } from '../http/workflows.js';
import type { Resolver } from '../outbound/webhook-request.js';
import type { JobTelemetry } from '../jobs/telemetry.js';
import { PostgresBatchStore } from '../postgres/batches/batch-store.js';
import { PostgresHoldStore } from '../postgres/hold/hold-store.js';
import { PostgresFigures } from '../postgres/state/figures-store.js';
import { deliverySubjects } from '../postgres/webhooks/delivery-subject.js';
import { PostgresInventoryStore } from '../postgres/journal/inventory-store.js';
import { PostgresCheckpointStore } from '../postgres/rollbacks/checkpoint-store.js';
import { PostgresJournalStore } from '../postgres/journal/journal-store.js';
import { PostgresRollbackStore } from '../postgres/rollbacks/rollback-store.js';
import { PostgresScopeStore } from '../postgres/access/scope-store.js';
import { PostgresSnapshotStore } from '../postgres/tasks/snapshot-store.js';
import { PendingWork } from '../postgres/state/pending-work.js';
import { PostgresPlatformStore } from '../postgres/state/platform-store.js';
import { StorageProbe } from '../postgres/state/storage-probe.js';
import { PostgresStateStore } from '../postgres/state/state-store.js';
import { PostgresSurveyStore } from '../postgres/state/survey-store.js';
import { PostgresQueuedWorkStore } from '../postgres/workers/queued-work-store.js';
import { PostgresTaskStore } from '../postgres/tasks/task-store.js';
import { PostgresPlanStore } from '../postgres/plans/plan-store.js';
import { PostgresRefusalStore } from '../postgres/audit/refusal-store.js';
import { composeAccess, type AccessSource, type ComposedAccess } from './access.js';
import { composeConsole } from './console.js';
import { apiJobs } from './api-jobs.js';
import { refusingWhileHeld } from './hold.js';
import { composeAudit, refusingWhileFull, type ComposedAudit } from './audit.js';
import { refusalLog, refusedTokenCounter, tripLog } from './refusals.js';
import { platformMetrics } from './platform-metrics.js';
import { composeWebhooks } from './webhooks.js';
import { providersOf, workspaceIn } from './workspace.js';
import { composeRealtime, type Realtime } from './realtime.js';
import { openBase, SCHEMA, type Base } from './resources.js';

/** How long health waits for the figures, in milliseconds. */
const FIGURES_MS = 2_000;

/** Parts that tests replace. */
export interface Overrides {
  /** With tracing: carries traces along with jobs. */
  telemetry?: JobTelemetry | undefined;
  /** What the schema is made from. */
  sources?: SchemaSources;
  /** Checks every answer against the contract. */
  checkAnswers?: boolean;
  /** Resolves the host names of webhooks. */
  resolve?: Resolver;
  /** Replaces the control center. */
  accessSource?: AccessSource;
  /** How long a request waits for answers, in milliseconds. */
  patienceMs?: number;
  /** The folder of the built console. */
  consoleFolder?: string;
}

interface ComposedApi {
  app: Express;
  base: Base;
  audit: ComposedAudit;
  /** Stopped with the resources. */
  jobs: JobRunner;
  access: ComposedAccess;
  holdWatch: HoldWatch;
  webhooks: ReturnType<typeof composeWebhooks>;
  realtime: Realtime;
  stopping: () => void;
}

/** Composes the API process. */
export function composeApi(
  config: ApiConfig,
  {
    sources,
    checkAnswers = false,
    resolve,
    accessSource,
    telemetry,
    patienceMs,
    consoleFolder,
  }: Overrides = {},
): ComposedApi {
  const base = openBase(config, 'orchestrator', 10, sources, telemetry);
  const { queue } = base;
  poolMetrics(base.registry, { main: () => poolStateOf(base.database) });
  platformMetrics(base.registry, new PostgresFigures(base.database), base.log);
  const scopes = new PostgresScopeStore(base.database);
  const store = new PostgresTaskStore(base.database, scopes);
  const tasks = new TaskService(store, base.notifier);
  const batchStore = new PostgresBatchStore(base.database, scopes);
  const definitions = new Definitions(join(config.workspace, 'definitions'));
  const inventory = new PostgresInventoryStore(base.database);
  const batches = new BatchService(
    batchStore,
    base.notifier,
    capabilitiesOf(config),
    definitions,
    inventory,
    nextTurn,
  );
  const platform = new PlatformService(
    new PostgresPlatformStore(base.database),
    workspaceIn(config.workspace),
    providersOf(config),
  );
  const storageProbe = new StorageProbe(base.database);
  const rollbackStores = {
    checkpoints: new PostgresCheckpointStore(base.database),
    journal: new PostgresJournalStore(base.database),
    rollbacks: new PostgresRollbackStore(base.database, scopes),
  };
  const surveys = new SurveyService(new PostgresSurveyStore(base.database, scopes), base.notifier);
  const planStore = new PostgresPlanStore(base.database, scopes);
  const keyring = createKeyring(config.jwtSecrets);
  const access = composeAccess(base, config, { keyring, tasks, batches, source: accessSource });
  const storedWork = new StoredWork(scopes);
  const approvals = new PlanApprovals({
    users: access.users,
    policies: () => access.client.policies(),
    scopeOf: (plan) => storedWork.ofPlan(plan),
  });
  const workflows = new WorkflowService(store, base.notifier, definitions);
  const rollbacks = new RollbackService(rollbackStores, inventory, base.notifier);
  const restores = new RestoreService(rollbackStores, inventory, surveys, base.notifier);
  const undo = new UndoPlanning({ rollbacks, restores, store: planStore, notifier: base.notifier });
  const planners = {
    batch: new BatchPlanner(batches, planStore),
    workflow: new WorkflowPlanner(workflows, planStore),
    rollback: undo.rollback,
    restore: undo.restore,
  };
  const plans = new PlanService(planStore, planners, base.notifier, approvals);
  const execution = new PlanExecution(planStore, plans, planners, approvals);
  const state = new StateService(
    new PostgresStateStore(base.database),
    store,
    batchStore,
    new PostgresSnapshotStore(base.database),
    {
      storage: () => storageProbe.check(),
      // An unknown access state is reported like missing figures.
      monitoring: () => {
        const trouble = access.client.trouble;
        return trouble === undefined
          ? within(FIGURES_MS, base.registry.metrics())
          : Promise.reject(
              new Failure('unavailable', `Access is not decided on as it should be: ${trouble}.`),
            );
      },
      queue: queue && (() => queue.probe()),
    },
  );
  const refusals = new PostgresRefusalStore(base.database);
  const refusedTokens = refusedTokenCounter(refusals);
  const audit = composeAudit(base, { controlCenterInternalUrl: config.controlCenterInternalUrl, keyring });
  const holdStore = new PostgresHoldStore(base.database);
  const holdWatch = new HoldWatch(holdStore, base.log);
  const authorizer = refusingWhileHeld(holdWatch, refusingWhileFull(audit.backlog, access.authorizer));
  const viewers = new Viewers(() => access.client.policies());
  const reading = readAccess(viewers, new Visibility(scopes, nextTurn), storedWork);
  const rights = new DeliveryRights({
    users: access.users,
    viewers,
    subjectOf: deliverySubjects(base.database, scopes),
  });
  const webhooks = composeWebhooks(base, { config: config.webhooks, keyring, resolve, rights });
  const realtime = composeRealtime(config, base, access.client, authorizer, { viewers, scopes }, () =>
    state.health(),
  );
  let stopping = false;
  const app = createApp({
    operations: orchestratorOperations,
    bindings: [
      ...systemRoutes(() => programVersion(base.database, SCHEMA, config)),
      ...taskRoutes(tasks, config.provisioningCommand, reading),
      ...batchRoutes(batches, platform, reading),
      ...stateRoutes(
        state,
        inventory,
        new DriftService(inventory, surveys),
        machineLoadMeter(process.cwd()),
        reading,
      ),
      ...platformRoutes(platform, reading),
      ...holdRoutes(new HoldService(holdStore, holdWatch), reading),
      ...rollbackRoutes(rollbacks, restores, inventory, reading),
      ...planRoutes({ plans, execution, approvals, undo, batches, rollbacks }, reading),
      ...webhookRoutes(webhooks.service),
      ...workflowRoutes(workflows, tasks, reading),
      ...realtime.bindings,
    ],
    pages: realtime.router,
    front: composeConsole(
      { ...config, ...(consoleFolder && { consoleFolder }) },
      base,
      keyring,
      (token, operation) => access.client.authenticate(token, operation),
    ),
    document: buildOpenApi('orchestrator'),
    authenticate: (token, operation) => access.client.authenticate(token, operation),
    authorizer,
    refusals: refusalLog(refusals),
    trips: tripLog(refusals, base.log),
    unauthenticated: (failure, ip) => {
      const fault = tokenFaultOf(failure);
      if (fault) refusedTokens.add(ip, fault);
    },
    limits: config.rateLimits,
    redis: base.redis,
    probes: {
      checks: {
        ...base.checks,
        policies: () => Promise.resolve(void access.client.policies()),
      },
      registry: base.registry,
      metricsToken: config.metricsToken,
      isStopping: () => stopping,
    },
    log: base.log,
    trustProxy: config.trustProxy,
    allowedOrigins: config.allowedOrigins,
    patienceMs,
    checkAnswers,
  });
  const queuedWork = new PostgresQueuedWorkStore(base.database);
  const jobs = new JobRunner(
    apiJobs({
      access,
      audit,
      realtime,
      refusedTokens,
      advancePlans: () => execution.advanceAll(),
      sender: webhooks.sender,
      pending: new PendingWork(base.database),
      holdWatch,
      restoreQueue: queue && (() => queue.restore(queuedWork)),
    }),
    { log: base.log, observer: jobMetrics(base.registry) },
  );
  webhooks.sender.onRoom(() => void jobs.wake('webhook_send'));
  base.resources.add('jobs', () => jobs.stop());
  return { app, base, audit, jobs, webhooks, access, holdWatch, realtime, stopping: () => (stopping = true) };
}

function capabilitiesOf({
  batchCommands,
  production,
  testDriver,
  providers,
}: ApiConfig): Omit<Capabilities, 'definitions'> {
  const capable = (name: string) => {
    const missing = providers.get(name);
    return production && missing
      ? {
          unavailable: `"${name}" is not configured (set ${missing}), and in production it does not fall back to the local driver`,
        }
      : {};
  };
  const names = [...PROVIDERS, ...(testDriver ? [TEST_PROVIDER] : [])];
  return { commands: batchCommands, providers: new Map(names.map((name) => [name, capable(name)])) };
}

/** Starts the API process. @throws Failure `unavailable` if the schema needs a newer version */
export async function startApi(config: ApiConfig, telemetry?: JobTelemetry): Promise<RunningProcess> {
  const { app, base, jobs, access, holdWatch, realtime, stopping } = composeApi(config, { telemetry });
  const { log, resources } = base;
  try {
    await access.start(jobs);
    // While Postgres is away nothing can be changed; the job reads the hold when it is back.
    await holdWatch.start().catch((error: unknown) => log.warn('the hold cannot be read', { error }));
    jobs.start();
    const http = await startHttpServer(app, {
      host: config.host,
      port: config.port,
      portVariable: 'ORCHESTRATOR_PORT',
      keepAliveSeconds: config.keepAliveSeconds,
    });
    realtime.start(http.server, app);
    // Before the server closes: it would wait for connections that follow events, which do not end on their own.
    resources.add('http', async () => {
      await realtime.close();
      await http.close();
    });
    log.info('orchestrator serves', { url: http.url });
    return {
      url: http.url,
      log,
      stop: () => {
        stopping();
        return resources.close(log);
      },
    };
  } catch (error) {
    await resources.close();
    throw error;
  }
}
