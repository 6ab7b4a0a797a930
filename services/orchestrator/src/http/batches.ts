import {
  cancelBatch,
  executeBatch,
  getBatch,
  listBatches,
  resumeBatch,
  type BatchOperationRequest,
} from '@provisioning/contracts';
import { on, page, principalOf, reply, type Binding } from '@provisioning/http-kit';
import type { OperationSpec } from '../domain/batch/batch.js';
import type { BatchService, SubmittedBatch } from '../domain/batch/batch-service.js';
import {
  presentBatch,
  presentBatchSummary,
  presentResumePreview,
  presentSubmitted,
} from './present/batch.js';
import { actorOf, submitterOf } from './submitter.js';

const DEFAULT_INFRA = 'default';

export function batchRoutes(batches: BatchService): Binding[] {
  return [
    on(executeBatch)(async (request) => {
      const { body } = request;
      return submittedReply(
        await batches.execute(
          {
            name: body.name,
            version: body.version ?? null,
            storageBackend: body.storage_backend ?? null,
            parallelLimit: body.parallel_limit,
            rollbackEnabled: body.rollback_enabled,
            onFailure: body.on_failure,
            operations: body.operations.map(specOf),
          },
          submitterOf(request),
        ),
      );
    }),
    on(listBatches)(async ({ query: { status, limit, offset } }) => {
      const found = await batches.list({ status, limit, offset });
      return page(found.batches.map(presentBatchSummary), found.total);
    }),
    on(getBatch)(async ({ params }) => reply(presentBatch(await batches.get(params.id)))),
    on(cancelBatch)(async (request) => {
      const { ended } = await batches.cancel(
        request.params.id,
        principalOf(request).username,
        actorOf(request),
      );
      return reply(ended ? 'Operation cancelled' : 'Cancellation requested');
    }),
    on(resumeBatch)(async (request) => {
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

function specOf(operation: BatchOperationRequest): OperationSpec {
  const { dependencies = [], infra = DEFAULT_INFRA, ...rest } = operation;
  return { ...rest, dependencies, infra };
}
