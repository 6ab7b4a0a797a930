import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { BatchSummary } from '@provisioning/contracts';
import { BATCH_STATUSES } from '@provisioning/contracts/statuses';
import { batchList } from '../../api/queries/batches.js';
import { useFallbackInterval, useIsFrozen } from '../../app/live-context.js';
import type { BatchFilters } from '../../paths.js';
import { StatusList } from '../../features/list/status-list.js';
import { DateFilter, FilterBar, TextFilter } from '../../ui/filters.js';
import { IdChip } from '../../ui/id-chip.js';
import { Progress } from '../../ui/progress.js';
import { Status } from '../../ui/status.js';
import table from '../../ui/table.module.css';
import { Time, Took } from '../../ui/time.js';
import { hasEnded } from '../../live/forward-only.js';
import { ActLink } from '../../features/rights/act-link.js';

const COLUMNS = [
  { title: 'Status' },
  { title: 'Name' },
  { title: 'Progress' },
  { title: 'By' },
  { title: 'Submitted' },
  { title: 'Took', numeric: true },
  { title: 'Id' },
];

export default function BatchList() {
  const filters = useSearch({ from: '/signed-in/batches' });
  const navigate = useNavigate({ from: '/batches' });
  const query = useQuery({
    ...batchList(filters),
    refetchInterval: useFallbackInterval(15_000),
  });
  const { page: _page, ...filter } = filters;
  const isFiltered = Object.keys(filter).length > 0;
  const change: Change = (next) => void navigate({ search: (now) => ({ ...now, page: undefined, ...next }) });
  return (
    <StatusList
      title="Batches"
      actions={
        <ActLink right={['execute', 'batches']}>
          <Link to="/batches/new" className="button primary">
            Compose
          </Link>
        </ActLink>
      }
      query={query}
      words={BATCH_STATUSES}
      status={filters.status}
      page={filters.page}
      columns={COLUMNS}
      isFiltered={isFiltered}
      filters={<Filters filters={filters} change={change} />}
      idOf={({ batch_id }) => batch_id}
      list={JSON.stringify(filter)}
      empty={
        isFiltered
          ? 'No batch matches these filters.'
          : 'No batch has been submitted yet. Compose one, and it appears here.'
      }
      onStatus={(status) => change({ status })}
      onPage={(page) => void navigate({ search: (now) => ({ ...now, page }) })}
      row={(batch) => <Row key={batch.batch_id} batch={batch} />}
    />
  );
}

type Change = (next: { [Name in keyof BatchFilters]: BatchFilters[Name] | undefined }) => void;

function Filters({ filters, change }: { filters: BatchFilters; change: Change }) {
  const { name, infra, by, from, to } = filters;
  return (
    <FilterBar>
      <TextFilter label="Name" value={name} onChange={(next) => change({ name: next })} />
      <TextFilter label="Infra" value={infra} onChange={(next) => change({ infra: next })} />
      <TextFilter label="By" value={by} onChange={(next) => change({ by: next })} />
      <DateFilter label="From" value={from} onChange={(next) => change({ from: next })} />
      <DateFilter label="To" value={to} onChange={(next) => change({ to: next })} />
    </FilterBar>
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
