import {
  createCheckpoint,
  deleteCheckpoint,
  executeRollback,
  getCheckpoint,
  getRollback,
  getRollbackStatistics,
  listCheckpoints,
  restoreCheckpoint,
  type RollbackToPlan,
  diffCheckpoint,
  listRollbacks,
} from '@provisioning/contracts';
import {
  asksOfRows,
  asksOfStored,
  on,
  page,
  principalOf,
  reply,
  type Unpermitted,
  type Binding,
  type HandlerRequest,
} from '@provisioning/http-kit';
import type { Question } from '@provisioning/policy';
import { validate as isUuid } from 'uuid';
import { onlyReadable } from '../domain/access/only-readable.js';
import {
  actQuestions,
  carrierQuestions,
  infraQuestions,
  scopeOf as workScope,
} from '../domain/access/scope.js';
import type { Act } from '../domain/access/act.js';
import type { InventoryStore } from '../domain/rollback/inventory-store.js';
import type { Checkpoint, Rollback } from '../domain/rollback/rollback.js';
import type { Permit } from '../domain/rollback/submission.js';
import type { RestoreService } from '../domain/rollback/restore-service.js';
import type { RollbackService, UndoScope } from '../domain/rollback/rollback-service.js';
import {
  presentCheckpoint,
  presentCheckpointDetails,
  presentDifference,
  presentRestored,
  presentRestorePlan,
  presentRollback,
  presentRollbackSummary,
  presentRollbackStatistics,
  presentUndoPlan,
} from './present/rollback.js';
import type { ReadAccess } from './read-access.js';
import { actorOf, submitterOf } from './submitter.js';

/** How long an answer waits for the end of a rollback, in milliseconds; afterwards it reports the progress so far. */
const PATIENCE_MS = 300_000;
const ASK_EVERY_MS = 200;

/** The routes of `/rollback`. */
export function rollbackRoutes(
  rollbacks: RollbackService,
  restores: RestoreService,
  inventory: Pick<InventoryStore, 'things'>,
  access: ReadAccess,
): Binding[] {
  const { stored, visibility } = access;
  const storedCheckpoint = ({
    params: { id },
    declared,
  }: Pick<Unpermitted<typeof getCheckpoint>, 'params' | 'declared'>) =>
    asksOfStored(
      declared,
      () => rollbacks.checkpoint(id),
      async (checkpoint) => checkpointQuestions(declared, checkpoint, await rollbacks.infrasOf(id)),
    );
  /** The policies were evaluated for the present plan, which may differ from that of the rollback that is shown. */
  const permitReplay = async (request: Pick<HandlerRequest<never>, 'permit'>, id: string) =>
    request.permit(await stored.rollbackQuestions({ resource: 'rollbacks:*' }, await rollbacks.get(id)));
  return [
    on(createCheckpoint, async ({ body: { infras }, declared }) => {
      // A checkpoint contains all resources: only callers who may read all of them can make one.
      const covered = infras ?? [...new Set((await inventory.things()).map(({ infra }) => infra))];
      const of = (infra: string) => ({ ...declared, context: { ...declared.context, infra } });
      return {
        questions: [
          ...(covered.length > 0 ? covered.map(of) : [declared]),
          ...covered.flatMap(infraQuestions),
        ],
        found: undefined,
      };
    })(async (request) => {
      const { name, description = null, infras = null } = request.body;
      const { id, replayed } = await rollbacks.createCheckpoint(
        { name, description, infras },
        submitterOf(request),
      );
      return reply(id, { location: `/rollback/checkpoints/${id}`, replayed });
    }),
    on(
      listCheckpoints,
      asksOfRows,
    )(async (request) => {
      const visible = await visibility.checkpoints(access.viewer(request), () => rollbacks.infrasOf());
      const { checkpoints, total } = await rollbacks.checkpoints({ ...request.query, visible });
      return page(checkpoints.map(presentCheckpoint), total);
    }),
    on(getCheckpoint, storedCheckpoint)(({ found }) => reply(presentCheckpointDetails(found))),
    on(
      deleteCheckpoint,
      storedCheckpoint,
    )(async (request) => {
      await rollbacks.deleteCheckpoint(request.params.id, actorOf(request));
      return reply('Checkpoint deleted successfully');
    }),
    on(
      diffCheckpoint,
      storedCheckpoint,
    )(async (request) => {
      const { id } = request.params;
      const viewer = access.viewer(request);
      // A checkpoint is read by infra. Its resources may be denied one by one, and those of later infras as well.
      const changes = onlyReadable(await rollbacks.difference(id), (things) =>
        visibility.things(viewer, things),
      );
      return reply(presentDifference(id, changes, new Date()));
    }),
    on(
      listRollbacks,
      asksOfRows,
    )(async (request) => {
      const { status, ...position } = request.query;
      const visible = await visibility.rollbacks(access.viewer(request));
      // Safe cast: the contract allows these words only.
      const statuses = status?.split(',') as Rollback['status'][] | undefined;
      const found = await rollbacks.list({ ...position, statuses, visible });
      return page(found.rollbacks.map(presentRollbackSummary), found.total);
    }),
    // Conditions on the infra are evaluated again with each step of the plan.
    on(executeRollback, ({ body, declared }) => ({
      questions: [{ ...declared, mode: 'open' }, ...('checkpoint_id' in body ? namedCheckpoint(body) : [])],
      found: undefined,
    }))(async (request) => {
      const scope = scopeOf(request.body);
      const checkMode = (request.body.check_mode ?? false) || request.query.check_mode;
      const permit = permitting(request, checkMode);
      if (checkMode) return reply(presentUndoPlan(scope, await rollbacks.preview(scope, permit)));
      const { id, replayed } = await rollbacks.execute(scope, submitterOf(request), permit);
      if (replayed) await permitReplay(request, id);
      const rollback = await ended(() => rollbacks.get(id), patienceOf(request));
      return reply(presentRollback(rollback), { location: `/rollback/${id}`, replayed });
    }),
    on(
      restoreCheckpoint,
      storedCheckpoint,
    )(async (request) => {
      const checkpointId = request.params.id;
      const submitter = submitterOf(request);
      const permit = permitting(request, request.query.check_mode);
      if (request.query.check_mode) {
        const plan = await restores.preview(checkpointId, submitter, permit);
        return reply(presentRestorePlan(checkpointId, plan));
      }
      const { id, replayed } = await restores.execute(checkpointId, submitter, permit, request.query.confirm);
      if (replayed) await permitReplay(request, id);
      const rollback = await ended(() => rollbacks.get(id), patienceOf(request));
      return reply(presentRestored(rollback, checkpointId), { location: `/rollback/${id}`, replayed });
    }),
    on(getRollback, ({ params: { id }, declared }) => stored.readRollback(declared, () => rollbacks.get(id)))(
      ({ found }) => reply(presentRollback(found)),
    ),
    on(
      getRollbackStatistics,
      asksOfRows,
    )(async (request) => {
      const viewer = access.viewer(request);
      const [checkpoints, ofRollbacks] = await Promise.all([
        visibility.checkpoints(viewer, () => rollbacks.infrasOf()),
        visibility.rollbacks(viewer),
      ]);
      const visible = (checkpoints ?? ofRollbacks) ? { checkpoints, rollbacks: ofRollbacks } : undefined;
      return reply(presentRollbackStatistics(await rollbacks.statistics(visible)));
    }),
  ];
}

/** The policy questions about the steps of a plan: what each does to which thing. */
function permitting(
  request: Pick<HandlerRequest<never>, 'principal' | 'asked' | 'permit'>,
  checkMode: boolean,
): Permit {
  const owner = principalOf(request).id;
  const toDo = (acts: readonly Act[]) => {
    const scope = workScope(owner, acts, { checkMode });
    const carriers = request.asked.flatMap(({ action, resource }) =>
      action === 'read' ? [] : carrierQuestions(action, [resource], scope),
    );
    return request.permit([...carriers, ...actQuestions(scope)]);
  };
  return { toDo, toRead: (infras) => request.permit(infras.flatMap(infraQuestions)) };
}

/** A checkpoint, and each infra in it. */
export function checkpointQuestions(
  declared: Question,
  { name, createdBy }: Checkpoint,
  infras: string[],
): Question[] {
  return [{ ...declared, context: { name, owner: createdBy } }, ...infras.flatMap(infraQuestions)];
}

/** A policy may deny a checkpoint itself; an id of another form names none. */
export function namedCheckpoint({ checkpoint_id: id }: { checkpoint_id: string }): Question[] {
  return isUuid(id)
    ? [{ action: 'read', resource: `checkpoints:${id}`, context: {}, mode: 'not_denied' }]
    : [];
}

/** How long an answer waits for the end of the work, in milliseconds; not at all with `Prefer: respond-async`. */
export function patienceOf({ preferences }: { preferences: ReadonlyMap<string, string> }): number {
  return preferences.has('respond-async') ? 0 : PATIENCE_MS;
}

/** What a request undoes. */
export function scopeOf(body: RollbackToPlan): UndoScope {
  return 'checkpoint_id' in body
    ? { kind: 'checkpoint', checkpoint_id: body.checkpoint_id }
    : { kind: 'operations', operation_ids: body.operation_ids };
}

/** Polls until it has ended, or until the maximum wait is over. */
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
