import { join } from 'node:path';
import type { Keyring } from '@provisioning/auth-token';
import type { LoggedDecision } from '@provisioning/contracts';
import {
  conditionErrorCounter,
  loggedDecision,
  policyAuthorizer,
  type Authorizer,
} from '@provisioning/http-kit';
import { BatchWriter, nextTurn, type JobRunner } from '@provisioning/runtime';
import { Counter, Gauge } from 'prom-client';
import type { ApiConfig } from '../config.js';
import { AccessFile } from '../access-client/access-file.js';
import { AccessMarks } from '../access-client/access-marks.js';
import { AccessClient, type ControlCenter } from '../access-client/access-client.js';
import { ControlCenterClient } from '../access-client/control-center-client.js';
import { RemoteAccess } from '../access-client/remote-access.js';
import type { BatchService } from '../domain/batch/batch-service.js';
import { DecisionForwarder } from '../domain/access/decision-forwarder.js';
import { isStillAllowed } from '../domain/access/grant.js';
import { GrantReviewer, type CurrentUser } from '../domain/access/grant-reviewer.js';
import type { TaskService } from '../domain/task/task-service.js';
import { PostgresMarkStore } from '../postgres/access/access-mark-store.js';
import { PostgresDecisionOutbox } from '../postgres/audit/decision-outbox.js';
import { PostgresGrantStore } from '../postgres/access/grant-store.js';
import { subscribeToAccessChanges } from '../redis/access-changes.js';
import type { Base } from './resources.js';

/** Shorter than a transaction may be idle, because decisions are sent within one. */
const PATIENCE_MS = 5_000;
/** With Redis, notices of changes make this process look at once. */
const POLL_MS = { redis: 1_000, none: 500 };

/** The calls to the control center; tests replace them. */
export type AccessSource = ControlCenter & {
  users(ids: readonly string[]): Promise<CurrentUser[]>;
  record(decisions: readonly LoggedDecision[]): Promise<void>;
};

/** What {@link composeAccess} returns. */
export interface ComposedAccess {
  client: AccessClient;
  authorizer: Authorizer;
  /** The users of these ids as the control center has them now; without those that do not exist. */
  users: AccessSource['users'];
  decisions: DecisionForwarder<LoggedDecision>;
  reviewer: GrantReviewer;
  /** How often the changes are read beside the notices, in milliseconds. They must count within two seconds. */
  intervalMs: number;
  /** Reads the state of the control center, and from then on wakes the jobs after each change. */
  start(jobs: Pick<JobRunner, 'wake'>): Promise<void>;
}

/** Composes everything that decides about access. */
export function composeAccess(
  { database, log, registry, resources }: Pick<Base, 'database' | 'log' | 'registry' | 'resources'>,
  config: Pick<ApiConfig, 'controlCenterInternalUrl' | 'dataDir' | 'redisUrl' | 'accessRules'>,
  needs: { keyring: Keyring; tasks: TaskService; batches: BatchService; source: AccessSource | undefined },
): ComposedAccess {
  const { keyring, tasks, batches } = needs;
  const source =
    needs.source ??
    new RemoteAccess(new ControlCenterClient(config.controlCenterInternalUrl, keyring, PATIENCE_MS));
  const failed = new Counter({
    name: 'policy_bundle_errors_total',
    help: 'Policy bundles that could not be applied',
    registers: [registry],
  });
  const accessClient = new AccessClient({
    controlCenter: source,
    keyring,
    log,
    rules: config.accessRules,
    file: new AccessFile(join(config.dataDir, 'access.json'), keyring),
    marks: new AccessMarks(new PostgresMarkStore(database), keyring),
    bundleFailed: () => failed.inc(),
  });
  gauges(registry, accessClient);

  const outbox = new PostgresDecisionOutbox(database);
  const written = new BatchWriter((taken: LoggedDecision[]) => outbox.add(taken));
  const countErrors = conditionErrorCounter(registry);
  let kept: Promise<void> | undefined;
  const decideNow = policyAuthorizer(
    () => accessClient.policies(),
    log,
    (taken) => (kept = written.add(loggedDecision(taken, 'orchestrator'))),
    countErrors,
  );
  const authorizer: Authorizer = (asked, id) => {
    kept = undefined;
    const permission = decideNow(asked, id);
    // A decision that cannot be recorded is not made. While Postgres is away, nothing can be changed anyway.
    // Safe cast: decideNow sets it, which the compiler does not see.
    return (kept as Promise<void> | undefined)?.then(() => permission) ?? permission;
  };
  const reviewer = new GrantReviewer({
    grants: new PostgresGrantStore(database),
    users: (ids) => source.users(ids),
    // Later decisions about the same user are faster, because the principal is the same object.
    allows: (principal, grant) => isStillAllowed(accessClient.policies(), principal, grant, new Date()),
    pause: nextTurn,
    cancel: ({ id, kind }, by) => (kind === 'batch' ? batches.cancel(id, by) : tasks.cancel(id, by)),
    log,
  });
  return {
    client: accessClient,
    authorizer: (asked, id) => {
      if (asked.action !== 'read') accessClient.refuseIfStale();
      return authorizer(asked, id);
    },
    users: (ids) => source.users(ids),
    decisions: new DecisionForwarder(outbox, (decisions) => source.record(decisions)),
    reviewer,
    intervalMs: config.redisUrl === undefined ? POLL_MS.none : POLL_MS.redis,
    start: async (jobs) => {
      await accessClient.start();
      resources.add(
        'reviews',
        accessClient.onRevoked(() => void jobs.wake('grant_review')),
      );
      if (config.redisUrl !== undefined)
        resources.add(
          'access changes',
          subscribeToAccessChanges(config.redisUrl, log, () => void jobs.wake('access')),
        );
    },
  };
}

function gauges(registry: Base['registry'], accessClient: AccessClient): void {
  new Gauge({
    name: 'orchestrator_policy_revision',
    help: 'Revision of the policies in force; 0 while there are none',
    registers: [registry],
    collect() {
      this.set(accessClient.revision);
    },
  });
  new Gauge({
    name: 'orchestrator_control_center_silent_seconds',
    help: 'Seconds since the last answer of the control center',
    registers: [registry],
    collect() {
      this.set(accessClient.silentSeconds);
    },
  });
}
