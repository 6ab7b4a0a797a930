import {
  RefusedTokenCounter,
  type Principal,
  type RateLimitTrip,
  type Refusal,
  type RefusalLog,
} from '@provisioning/http-kit';
import { currentContext, type Logger } from '@provisioning/runtime';
import type { AuditActor } from '../domain/audit/audit-record.js';
import type { PostgresRefusalStore } from '../postgres/audit/refusal-store.js';

/** The name of the action in the audit trail when it succeeds. */
const ACTIONS: Readonly<Record<string, string>> = {
  createServers: 'workflow.submit',
  createTaskserv: 'workflow.submit',
  createCluster: 'workflow.submit',
  retryTask: 'task.retry',
  cancelTask: 'task.cancel',
  executeBatch: 'batch.submit',
  cancelBatch: 'batch.cancel',
  resumeBatch: 'batch.resume',
  createCheckpoint: 'checkpoint.create',
  executeRollback: 'rollback.execute',
  restoreCheckpoint: 'checkpoint.restore',
};

const LONGEST_TEXT = 1_000;

/** Records denials and refused changes. While Postgres is away, the answer is 503. */
export function refusalLog(store: PostgresRefusalStore): RefusalLog {
  return async (refusal) => {
    const { operation, principal, result, asked, params, failure, ip } = refusal;
    await store.add({
      actor: actorOf(principal, ip),
      action: ACTIONS[operation.id] ?? actionOf(refusal),
      resource: asked?.resource.replace(':', '/') ?? operation.path,
      denied: result === 'denied',
      details: {
        operation: operation.id,
        code: failure.code,
        error: failure.message.slice(0, LONGEST_TEXT),
        ...(Object.keys(params).length > 0 ? { params } : {}),
        ...failure.extra,
      },
    });
  };
}

/** Records clients that exceed a limit. They are refused even if that cannot be recorded. */
export function tripLog(store: PostgresRefusalStore, log: Logger): (trip: RateLimitTrip) => Promise<void> {
  return async ({ name, limit, client, principal, ip }) => {
    const actor = actorOf(principal, ip);
    const details = { limit, client };
    await store
      .add({ actor, action: 'rate_limit.exceed', resource: `rate_limits/${name}`, denied: true, details })
      .catch((error: unknown) => log.warn('a rate limit could not be recorded in the history', { error }));
  };
}

/** Counts requests with forged or damaged tokens, whose senders are unknown. */
export function refusedTokenCounter(store: PostgresRefusalStore): RefusedTokenCounter {
  return new RefusedTokenCounter(({ ip, reason, count, first, last }) =>
    store.add({
      actor: { userId: null, username: null, sessionId: null, ip, requestId: null },
      action: 'auth.authenticate',
      resource: 'tokens/*',
      denied: true,
      details: { reason, count, first_at: first.toISOString(), last_at: last.toISOString() },
    }),
  );
}

function actorOf(principal: Principal | undefined, ip: string): AuditActor {
  return {
    userId: principal?.id ?? null,
    username: principal?.username ?? null,
    sessionId: principal?.sessionId ?? null,
    ip,
    requestId: currentContext()?.requestId ?? null,
  };
}

/** `tasks:*`, `read` → `task.read` */
function actionOf({ operation, asked }: Refusal): string {
  if (!asked) return `request.${operation.method}`;
  const type = asked.resource.split(':')[0]!;
  const one = type === 'batches' ? 'batch' : type === 'policies' ? 'policy' : type.replace(/s$/, '');
  return `${one}.${asked.action}`;
}
