import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { BatchRequest } from '@provisioning/contracts';
import { client } from '../../api/client.js';
import { counted } from '../../format/counts.js';
import { ConfirmAct } from '../../ui/confirm-act.js';

interface SubmitBatchProps {
  /** Undefined while the text has faults or has not been checked. */
  request: BatchRequest | undefined;
  onRefused(error: unknown): void;
  onSubmitted(): void;
}

/** Submits a batch after showing what it consists of. */
export function SubmitBatch({ request, onRefused, onSubmitted }: SubmitBatchProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const operations = request?.operations ?? [];
  const act = async (idempotencyKey: string) => {
    if (!request) return;
    try {
      const { batch_id } = await client.orchestrator.executeBatch({ body: request, idempotencyKey });
      onSubmitted();
      await queries.invalidateQueries({ queryKey: ['batches', 'list'] });
      await navigate({ to: '/batches/$id', params: { id: batch_id }, search: {} });
    } catch (error) {
      onRefused(error);
      throw error;
    }
  };
  return (
    <ConfirmAct
      trigger={
        <button
          type="button"
          className="primary"
          disabled={!request}
          title={request ? undefined : 'The batch can be submitted once it has no faults.'}
        >
          Submit
        </button>
      }
      title={`Submit ${request?.name ?? ''}?`}
      confirm={`Submit ${counted(operations.length, 'operation')}`}
      act={act}
    >
      <ul>
        {[...countsOf(operations)].map(([type, count]) => (
          <li key={type}>
            {count.toLocaleString()} of type {type}
          </li>
        ))}
      </ul>
      <p>
        At most {request?.parallel_limit ?? 5} run at once.{' '}
        {request?.rollback_enabled
          ? 'If one fails, what has been completed is undone.'
          : 'If one fails, what has been completed stays.'}
      </p>
    </ConfirmAct>
  );
}

function countsOf(operations: BatchRequest['operations']): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type } of operations) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}
