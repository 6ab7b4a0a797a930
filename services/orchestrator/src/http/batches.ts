import {
  cancelBatch,
  executeBatch,
  getBatch,
  getBatchRequest,
  listBatches,
  planBatch,
  resumeBatch,
  type BatchOperationRequest,
  type BodyOf,
} from '@provisioning/contracts';
import {
  asksOfRows,
  on,
  page,
  principalOf,
  reply,
  timeRange,
  type Binding,
  type Unpermitted,
} from '@provisioning/http-kit';
import { inSlices } from '@provisioning/runtime';
import { doQuestions } from '../domain/access/scope.js';
import type { BatchStatus, OperationSpec } from '../domain/batch/batch.js';
import type { BatchRequest, BatchService, SubmittedBatch } from '../domain/batch/batch-service.js';
import {
  presentBatch,
  presentBatchPlan,
  presentBatchRequest,
  presentBatchSummary,
  presentResumePreview,
  presentSubmitted,
} from './present/batch.js';
import type { PlatformService } from '../domain/platform/platform-service.js';
import type { ReadAccess } from './read-access.js';
import { actorOf, submitterOf } from './submitter.js';

const DEFAULT_INFRA = 'default';

/** The routes of `/batch`. */
export function batchRoutes(
  batches: BatchService,
  platform: Pick<PlatformService, 'locksOf'>,
  access: ReadAccess,
): Binding[] {
  const { stored } = access;
  const asksToExecute = async ({
    body,
    principal,
  }: Pick<Unpermitted<typeof executeBatch>, 'body' | 'principal'>) => {
    const specs = await inSlices(body.operations, specOf);
    const scope = await batches.scopeOf(body.name, specs, principal.id);
    return { questions: doQuestions('execute', [`batches:${body.name}`], scope), found: specs };
  };
  return [
    on(
      planBatch,
      asksToExecute,
    )(async ({ body, found }) => {
      const { operations, infras } = await batches.plan(found);
      return reply(presentBatchPlan(body.name, operations, infras, await platform.locksOf(infras)));
    }),
    on(
      executeBatch,
      asksToExecute,
    )(async (request) => {
      const { body, found: operations } = request;
      return submittedReply(await batches.execute(withOperations(body, operations), submitterOf(request)));
    }),
    on(
      listBatches,
      asksOfRows,
    )(async (request) => {
      const { status, name, infra, created_by: createdBy, from, to, operations, ...position } = request.query;
      const visible = await access.visibility.batches(access.viewer(request));
      const found = await batches.list({
        ...position,
        ...timeRange({ from, to }, 'malformed'),
        // Safe cast: the contract allows these words only.
        statuses: status?.split(',') as BatchStatus[] | undefined,
        name,
        infra,
        createdBy,
        withOperations: operations,
        visible,
      });
      return page(found.batches.map(presentBatchSummary), found.total);
    }),
    on(getBatch, ({ params: { id }, declared }) => stored.readBatch(declared, () => batches.get(id)))(
      ({ found }) => reply(presentBatch(found)),
    ),
    on(getBatchRequest, ({ params: { id }, declared }) =>
      stored.readRequest(declared, () => batches.get(id)),
    )(({ found }) => reply(presentBatchRequest(found))),
    on(cancelBatch, ({ params: { id }, declared }) => stored.cancelBatch(declared, () => batches.get(id)))(
      async (request) => {
        await batches.cancel(request.params.id, principalOf(request).username, actorOf(request));
        return reply('Operation cancelled');
      },
    ),
    on(resumeBatch, ({ params: { id }, query, declared }) =>
      stored.resumeBatch(declared, () => batches.get(id), query.check_mode),
    )(async (request) => {
      const { id } = request.params;
      if (request.query.check_mode) return reply(presentResumePreview(await batches.previewResume(id)));
      return submittedReply(await batches.resume(id, submitterOf(request)));
    }),
  ];
}

function submittedReply(submitted: SubmittedBatch) {
  return reply(presentSubmitted(submitted), {
    location: `/batch/operations/${submitted.batch.id}`,
    replayed: submitted.replayed,
  });
}

/** Returns the batch of a body, with all defaults. */
export async function batchRequestOf(body: BodyOf<typeof executeBatch>): Promise<BatchRequest> {
  return withOperations(body, await inSlices(body.operations, specOf));
}

function withOperations(
  body: BodyOf<typeof executeBatch>,
  operations: readonly OperationSpec[],
): BatchRequest {
  return {
    name: body.name,
    version: body.version ?? null,
    storageBackend: body.storage_backend ?? null,
    parallelLimit: body.parallel_limit,
    rollbackEnabled: body.rollback_enabled,
    onFailure: body.on_failure,
    operations,
  };
}

function specOf(operation: BatchOperationRequest): OperationSpec {
  const { dependencies = [], infra = DEFAULT_INFRA, ...rest } = operation;
  return { ...rest, dependencies, infra };
}
