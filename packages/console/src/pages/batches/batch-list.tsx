import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { BatchSummary } from '@provisioning/contracts';
import { batchList } from '../../api/queries/batches.js';
import { PAGE } from '../../api/queries/tasks.js';
import { useFallbackInterval, useIsFrozen } from '../../app/live-context.js';
import { BATCH_STATUSES } from '../../paths.js';
import { StatusFilter } from '../../ui/filter-bar.js';
import { IdChip } from '../../ui/id-chip.js';
import { EmptyState, ErrorNotice, Skeleton } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Pager } from '../../ui/pager.js';
import { Progress } from '../../ui/progress.js';
import { Status } from '../../ui/status.js';
import table from '../../ui/table.module.css';
import { Time, Took } from '../../ui/time.js';
import { hasEnded } from '../../live/forward-only.js';

export default function BatchList() {
  const filters = useSearch({ from: '/signed-in/batches' });
  const navigate = useNavigate({ from: '/batches' });
  const { data, error, isPending, isFetching, refetch } = useQuery({
    ...batchList(filters),
    refetchInterval: useFallbackInterval(15_000),
  });
  const batches = data?.data.items ?? [];
  return (
    <Page title="Batches">
      <StatusFilter
        words={BATCH_STATUSES}
        value={filters.status}
        onChange={(status) => void navigate({ search: status === undefined ? {} : { status } })}
      />
      {error && <ErrorNotice error={error} retry={() => void refetch()} />}
      {isPending && !error && <Skeleton rows={8} />}
      {data && batches.length === 0 && (
        <EmptyState
          action={
            filters.status && (
              <Link to="/batches" search={{}} className="button">
                Clear filters
              </Link>
            )
          }
        >
          {filters.status
            ? 'No batch has this status.'
            : 'No batch has been submitted yet. Submit one with provctl or the API, and it appears here.'}
        </EmptyState>
      )}
      {data && batches.length > 0 && (
        <>
          <div className={table['frame']}>
            <table className={table['table']} aria-busy={isFetching}>
              <thead>
                <tr>
                  <th scope="col">Status</th>
                  <th scope="col">Name</th>
                  <th scope="col">Progress</th>
                  <th scope="col">By</th>
                  <th scope="col">Submitted</th>
                  <th scope="col" data-numeric>
                    Took
                  </th>
                  <th scope="col">Id</th>
                </tr>
              </thead>
              <tbody>
                {batches.map((batch) => (
                  <Row key={batch.batch_id} batch={batch} />
                ))}
              </tbody>
            </table>
          </div>
          <Pager
            page={filters.page ?? 1}
            size={PAGE}
            total={data.data.total}
            onChange={(page) =>
              void navigate({ search: (now) => ({ ...now, page: page > 1 ? page : undefined }) })
            }
          />
        </>
      )}
    </Page>
  );
}

function Row({ batch }: { batch: BatchSummary }) {
  const isFrozen = useIsFrozen();
  const { batch_id: id, status, operations_count: count, progress = 0 } = batch;
  const total = count ?? batch.operations.length;
  const words = `${Math.round((progress / 100) * total).toLocaleString()} of ${total.toLocaleString()}`;
  return (
    <tr>
      <td>
        <Status status={status} />
      </td>
      <td>
        <Link to="/batches/$id" params={{ id }} className={table['name']}>
          {batch.name}
        </Link>
        {batch.infras && <span className="muted"> {batch.infras.slice(0, 3).join(', ')}</span>}
      </td>
      <td>
        <span className="row" style={{ flexWrap: 'nowrap' }}>
          <span style={{ width: 100 }}>
            <Progress value={progress} status={status} label={`${words} operations`} />
          </span>
          <span className={table['narrow']}>{words}</span>
        </span>
      </td>
      <td>{batch.created_by}</td>
      <td className={table['narrow']}>
        <Time at={batch.created_at} />
      </td>
      <td data-numeric>
        {batch.started_at && (
          <Took
            from={batch.started_at}
            to={batch.completed_at ?? null}
            frozen={isFrozen || hasEnded(status)}
          />
        )}
      </td>
      <td>
        <IdChip id={id} what="batch" />
      </td>
    </tr>
  );
}
