import {
  createCheckpoint,
  executeRollback,
  getCheckpoint,
  getRollback,
  getRollbackStatistics,
  listCheckpoints,
  type RollbackRequest,
} from '@provisioning/contracts';
import { on, page, reply, type Binding } from '@provisioning/http-kit';
import type { RollbackScope } from '../domain/rollback/rollback.js';
import type { RollbackService } from '../domain/rollback/rollback-service.js';
import {
  presentCheckpoint,
  presentCheckpointDetails,
  presentPreview,
  presentRollback,
  presentRollbackStatistics,
} from './present/rollback.js';
import { submitterOf } from './submitter.js';

/** How long an answer waits for the end of a rollback; afterwards it tells how far it is. */
const PATIENCE_MS = 300_000;
const ASK_EVERY_MS = 200;

export function rollbackRoutes(rollbacks: RollbackService): Binding[] {
  return [
    on(createCheckpoint)(async (request) => {
      const { name, description = null } = request.body;
      const { id, replayed } = await rollbacks.createCheckpoint({ name, description }, submitterOf(request));
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
        return reply(presentPreview(scope, await rollbacks.preview(scope)));
      const { id, replayed } = await rollbacks.execute(scope, submitterOf(request));
      const isPatient = !/\brespond-async\b/.test(request.prefer ?? '');
      const rollback = await ended(() => rollbacks.get(id), isPatient ? PATIENCE_MS : 0);
      return reply(presentRollback(rollback), { location: `/rollback/${id}`, replayed });
    }),
    on(getRollback)(async ({ params }) => reply(presentRollback(await rollbacks.get(params.id)))),
    on(getRollbackStatistics)(async () => reply(presentRollbackStatistics(await rollbacks.statistics()))),
  ];
}

function scopeOf(body: RollbackRequest): RollbackScope {
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
