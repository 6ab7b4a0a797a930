import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { Batch, BatchOperation } from '@provisioning/contracts';
import { useState } from 'react';
import { client } from '../../api/client.js';
import { useDenials } from '../../api/rights.js';
import { hasEnded } from '../../live/forward-only.js';
import { ActButton } from '../../ui/act-button.js';
import { ConfirmAct } from '../../ui/confirm-act.js';
import { ErrorNotice, Skeleton } from '../../ui/notices.js';
import { counted } from '../../format/counts.js';
import { ActLink } from '../../features/rights/act-link.js';

/** What can be done with a batch as it is. */
export function BatchActs({ batch, operations }: { batch: Batch; operations: readonly BatchOperation[] }) {
  const { status } = batch;
  const again = (
    <ActLink right={['execute', 'batches']}>
      <Link to="/batches/new" search={{ from: batch.batch_id }} className="button">
        Edit and run again
      </Link>
    </ActLink>
  );
  if (status === 'RollingBack') return null;
  if (status === 'RolledBack') return again;
  if (!hasEnded(status)) return <Cancel batch={batch} operations={operations} />;
  return (
    <>
      {again}
      <ActLink right={['execute', 'rollbacks']}>
        <Link to="/rollback" search={{ batch: batch.batch_id }} className="button danger">
          Roll back
        </Link>
      </ActLink>
      {status !== 'Completed' && <Resume batch={batch} />}
    </>
  );
}

function Cancel({ batch, operations }: { batch: Batch; operations: readonly BatchOperation[] }) {
  const queries = useQueryClient();
  const denials = useDenials();
  const isAsked = Boolean(batch.cancel_requested_at);
  const running = operations.filter(({ status }) => status === 'Running').length;
  const waiting = operations.filter(({ status }) => status === 'Pending').length;
  return (
    <ConfirmAct
      trigger={
        <ActButton
          className="danger"
          denied={isAsked ? 'It is being cancelled.' : denials('cancel', 'batches')}
        >
          {isAsked ? 'Cancelling' : 'Cancel'}
        </ActButton>
      }
      title={`Cancel ${batch.name}?`}
      confirm={`Cancel ${counted(running + waiting, 'operation')}`}
      dangerous
      act={async () => {
        await client.orchestrator.cancelBatch({ params: { id: batch.batch_id } });
        await queries.invalidateQueries({ queryKey: ['batches'] });
      }}
    >
      <p>
        {running > 0 &&
          `${counted(running, 'running operation')} will be asked to end, and killed after 10 seconds. `}
        {waiting > 0 && `${counted(waiting, 'waiting operation')} will not start. `}
        What has been changed stays.
      </p>
    </ConfirmAct>
  );
}

function Resume({ batch }: { batch: Batch }) {
  const id = batch.batch_id;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const denials = useDenials();
  const [isAsked, setIsAsked] = useState(false);
  const preview = useQuery({
    queryKey: ['resume-preview', id],
    queryFn: ({ signal }) =>
      client.orchestrator.resumeBatch({ params: { id }, query: { check_mode: true }, signal }),
    enabled: isAsked,
    staleTime: 0,
    gcTime: 0,
  });
  const kept = preview.data?.operations.filter(({ status }) => status === 'Completed') ?? [];
  const again = preview.data?.operations.filter(({ status }) => status !== 'Completed') ?? [];
  return (
    <ConfirmAct
      trigger={
        <ActButton
          className="primary"
          denied={denials('execute', 'batches')}
          onClick={() => setIsAsked(true)}
        >
          Resume
        </ActButton>
      }
      title={`Resume ${batch.name}?`}
      confirm={`Resume ${counted(again.length, 'operation')}`}
      canConfirm={preview.data !== undefined}
      act={async (idempotencyKey) => {
        const { batch_id } = await client.orchestrator.resumeBatch({ params: { id }, idempotencyKey });
        await queries.invalidateQueries({ queryKey: ['batches', 'list'] });
        await navigate({ to: '/batches/$id', params: { id: batch_id }, search: {} });
      }}
    >
      {preview.isFetching && <Skeleton rows={3} />}
      {preview.error && <ErrorNotice error={preview.error} />}
      {preview.data && (
        <>
          <p>A new batch is submitted, in which what is completed is kept.</p>
          <Names title={`${again.length} run again`} operations={again} />
          <Names title={`${kept.length} kept`} operations={kept} />
        </>
      )}
    </ConfirmAct>
  );
}

const SHOWN = 12;

function Names({ title, operations }: { title: string; operations: readonly BatchOperation[] }) {
  const more = operations.length - SHOWN;
  return (
    <div>
      <strong>{title}</strong>
      <p className="muted">
        {operations
          .slice(0, SHOWN)
          .map(({ id }) => id)
          .join(', ')}
        {more > 0 && ` and ${more} more`}
      </p>
    </div>
  );
}
