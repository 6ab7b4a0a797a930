import {
  createCheckpoint,
  executeRollback,
  getCheckpoint,
  getRollback,
  getRollbackStatistics,
  listCheckpoints,
  restoreCheckpoint,
  type RollbackRequest,
} from '@provisioning/contracts';
import { on, page, reply, type Binding } from '@provisioning/http-kit';
import type { RestoreService } from '../domain/rollback/restore-service.js';
import type { RollbackService, UndoScope } from '../domain/rollback/rollback-service.js';
import {
  presentCheckpoint,
  presentCheckpointDetails,
  presentRestored,
  presentRestorePlan,
  presentRollback,
  presentRollbackStatistics,
  presentUndoPlan,
} from './present/rollback.js';
import { submitterOf } from './submitter.js';

/** How long an answer waits for the end of a rollback; afterwards it tells how far it is. */
const PATIENCE_MS = 300_000;
const ASK_EVERY_MS = 200;

export function rollbackRoutes(rollbacks: RollbackService, restores: RestoreService): Binding[] {
  return [
    on(createCheckpoint)(async (request) => {
      const { name, description = null, infras = null } = request.body;
      const { id, replayed } = await rollbacks.createCheckpoint(
        { name, description, infras },
        submitterOf(request),
      );
      return reply(id, { location: `/rollback/checkpoints/${id}`, replayed });
    }),
    on(listCheckpoints)(async ({ query }) => {
      const { checkpoints, total } = await rollbacks.checkpoints(query);
      return page(checkpoints.map(presentCheckpoint), total);
    }),
    on(getCheckpoint)(async ({ params }) =>
      reply(presentCheckpointDetails(await rollbacks.checkpoint(params.id))),
    ),
    on(executeRollback)(async (request) => {
      const scope = scopeOf(request.body);
      if (request.body.check_mode || request.query.check_mode)
        return reply(presentUndoPlan(scope, await rollbacks.preview(scope)));
      const { id, replayed } = await rollbacks.execute(scope, submitterOf(request));
      const rollback = await ended(() => rollbacks.get(id), patienceOf(request.prefer));
      return reply(presentRollback(rollback), { location: `/rollback/${id}`, replayed });
    }),
    on(restoreCheckpoint)(async (request) => {
      const checkpointId = request.params.id;
      const submitter = submitterOf(request);
      if (request.query.check_mode)
        return reply(presentRestorePlan(checkpointId, await restores.preview(checkpointId, submitter)));
      const { id, replayed } = await restores.execute(checkpointId, submitter);
      const rollback = await ended(() => rollbacks.get(id), patienceOf(request.prefer));
      return reply(presentRestored(rollback, checkpointId), { location: `/rollback/${id}`, replayed });
    }),
    on(getRollback)(async ({ params }) => reply(presentRollback(await rollbacks.get(params.id)))),
    on(getRollbackStatistics)(async () => reply(presentRollbackStatistics(await rollbacks.statistics()))),
  ];
}

function patienceOf(prefer: string | undefined): number {
  return /\brespond-async\b/.test(prefer ?? '') ? 0 : PATIENCE_MS;
}

function scopeOf(body: RollbackRequest): UndoScope {
  return 'checkpoint_id' in body
    ? { kind: 'checkpoint', checkpoint_id: body.checkpoint_id }
    : { kind: 'operations', operation_ids: body.operation_ids };
}

/** Asks until it has ended, or patience has. */
async function ended<T extends { completedAt: Date | null }>(
  ask: () => Promise<T>,
  patienceMs: number,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer.completedAt || performance.now() >= deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}
