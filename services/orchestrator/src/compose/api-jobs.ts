import type { RefusedTokenCounter } from '@provisioning/http-kit';
import type { PeriodicJob } from '@provisioning/runtime';
import { UNREACHABLE } from '../access-client/access-client.js';
import type { HoldWatch } from '../domain/hold/hold-watch.js';
import type { WebhookSender } from '../domain/webhook/webhook-sender.js';
import type { Pending, PendingWork } from '../postgres/state/pending-work.js';
import type { ComposedAccess } from './access.js';
import type { ComposedAudit } from './audit.js';
import type { Realtime } from './realtime.js';

const LOOK_ANYWAY_MS = 30_000;

/** What the jobs of an API process need. */
export interface ApiJobParts {
  access: Pick<ComposedAccess, 'client' | 'decisions' | 'reviewer' | 'intervalMs'>;
  audit: ComposedAudit;
  realtime: Pick<Realtime, 'connections' | 'health' | 'webSockets'>;
  refusedTokens: RefusedTokenCounter;
  sender: WebhookSender;
  pending: Pick<PendingWork, 'has'>;
  holdWatch: Pick<HoldWatch, 'look'>;
  advancePlans: () => Promise<void>;
  /** Adds jobs that the queue lacks; absent where there is no Redis. */
  restoreQueue: (() => Promise<void>) | undefined;
}

/** Every periodic job of an API process. */
export function apiJobs(parts: ApiJobParts): PeriodicJob[] {
  const { access, audit, realtime, refusedTokens, sender, pending, holdWatch, restoreQueue, advancePlans } =
    parts;
  return [
    ...accessJobs(access, pending),
    ...auditJobs(audit, pending),
    ...webhookJobs(sender, pending),
    {
      name: 'refused_tokens',
      intervalMs: 5_000,
      failure: 'refused tokens could not be recorded in the audit trail; they are kept in memory',
      run: () => refusedTokens.flush(),
      finish: () => refusedTokens.flush(true),
    },
    {
      name: 'hold',
      intervalMs: 1_000,
      failure: 'it is unknown whether work is held after a restore',
      run: () => holdWatch.look(),
    },
    {
      name: 'health',
      intervalMs: 2_000,
      failure: 'the health of the platform could not be published',
      run: () => realtime.health.publish(),
    },
    {
      // Revocations end connections at once; this catches tokens that expire, and a revocation whose notice was lost.
      name: 'connections',
      intervalMs: 1_000,
      failure: 'open connections could not be checked',
      run: () => realtime.connections.check(),
    },
    {
      name: 'websocket_pings',
      intervalMs: 30_000,
      startsLater: true,
      failure: 'WebSockets could not be pinged',
      run: () => realtime.webSockets.ping(),
    },
    {
      // Any process goes on with a plan, also with one that another process left when it died.
      name: 'plans',
      intervalMs: 500,
      failure: 'plans could not be settled, expired or executed',
      run: whilePending(pending, 'plans', () => advancePlans()),
    },
    ...queueJobs(restoreQueue),
  ];
}

/**
 * A run that is left out while nothing of its kind is pending. Where the last run failed or had more to do, and once in
 * {@link LOOK_ANYWAY_MS}, it runs in any case.
 */
function whilePending(
  pending: ApiJobParts['pending'],
  kind: keyof Pending,
  run: () => Promise<unknown>,
): () => Promise<boolean> {
  let isDoneUntil = -Infinity;
  return async () => {
    if (performance.now() < isDoneUntil && !(await pending.has(kind))) return false;
    isDoneUntil = -Infinity;
    const more = (await run()) === true;
    if (!more) isDoneUntil = performance.now() + LOOK_ANYWAY_MS;
    return more;
  };
}

/** What adds the jobs that the queue lacks, as after a loss of Redis' data. */
function queueJobs(restore: ApiJobParts['restoreQueue']): PeriodicJob[] {
  if (!restore) return [];
  return [
    { name: 'queue_restore', intervalMs: 2_000, failure: 'the queue lacks jobs of open work', run: restore },
  ];
}

/** The jobs that read the control center's decisions. */
function accessJobs(
  { client, decisions, reviewer, intervalMs }: ApiJobParts['access'],
  pending: ApiJobParts['pending'],
): PeriodicJob[] {
  return [
    {
      // Woken by the notice of a change; the interval bounds the delay where the notice is lost.
      name: 'access',
      intervalMs,
      startsLater: true,
      failure: UNREACHABLE,
      run: () => client.look(),
      finish: () => client.stop(),
    },
    {
      name: 'decisions',
      intervalMs: 500,
      startsLater: true,
      failure: 'decisions wait in the database: the control center does not accept them',
      run: whilePending(pending, 'decisions', () => decisions.forward()),
    },
    {
      // Woken when policies or revocations change; the interval is for conditions that depend on the time.
      name: 'grant_review',
      intervalMs: 5_000,
      startsLater: true,
      failure: 'waiting work could not be reviewed',
      run: () => reviewer.review(),
    },
  ];
}

/** The jobs that send the history to the audit trail. */
function auditJobs({ backlog, forwarder }: ComposedAudit, pending: ApiJobParts['pending']): PeriodicJob[] {
  return [
    {
      name: 'audit_backlog',
      intervalMs: 2_000,
      failure: 'the audit backlog could not be measured',
      run: () => backlog.look(),
    },
    {
      name: 'audit_forward',
      intervalMs: 500,
      longestPauseMs: 30_000,
      failure: 'the audit trail cannot be reached: its records wait in the database',
      run: whilePending(pending, 'audit', () => forwarder.forward()),
      finish: () => forwarder.release(),
    },
  ];
}

/** The jobs that deliver webhooks. */
export function webhookJobs(
  sender: Pick<WebhookSender, 'fill' | 'sendDue' | 'settled' | 'failLate'>,
  pending: ApiJobParts['pending'],
): PeriodicJob[] {
  const failure = 'webhooks wait: their deliveries cannot be read or written';
  return [
    {
      name: 'webhook_fill',
      intervalMs: 500,
      failure,
      run: whilePending(pending, 'webhooks', () => sender.fill()),
    },
    {
      // Woken when an endpoint has room for another attempt.
      name: 'webhook_send',
      intervalMs: 500,
      failure,
      run: whilePending(pending, 'deliveries', () => sender.sendDue()),
      finish: () => sender.settled(),
    },
    { name: 'webhook_expire', intervalMs: 60_000, failure, run: () => sender.failLate() },
  ];
}
