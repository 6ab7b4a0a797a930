import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { RollbackSummary } from '@provisioning/contracts';
import { ROLLBACK_STATUSES } from '@provisioning/contracts/statuses';
import { every } from '../../api/request-budget.js';
import { rollbackList } from '../../api/queries/rollback.js';
import { useIsFrozen } from '../../app/live-context.js';
import { StatusList } from '../../features/list/status-list.js';
import { counted } from '../../format/counts.js';
import type { RollbackFilters } from '../../paths-infra.js';
import { IdChip } from '../../ui/id-chip.js';
import { Status } from '../../ui/status.js';
import table from '../../ui/table.module.css';
import { Time, Took } from '../../ui/time.js';
import { TITLES } from './titles.js';

const COLUMNS = [
  { title: 'Status' },
  { title: 'What' },
  { title: 'Infra' },
  { title: 'Operations' },
  { title: 'By' },
  { title: 'Submitted' },
  { title: 'Took', numeric: true },
  { title: 'Id' },
];

export default function RollbackList() {
  const filters = useSearch({ from: '/signed-in/rollbacks' });
  const navigate = useNavigate({ from: '/rollbacks' });
  const query = useQuery({
    ...rollbackList(filters),
    refetchInterval: every(15_000),
  });
  const show = (next: RollbackFilters) => void navigate({ search: next });
  return (
    <StatusList
      title="Rollbacks"
      words={ROLLBACK_STATUSES}
      status={filters.status}
      filters={null}
      onStatus={(status) => show(status === undefined ? {} : { status })}
      query={query}
      columns={COLUMNS}
      page={filters.page}
      isFiltered={filters.status !== undefined}
      empty={
        filters.status
          ? 'No rollback matches the filter.'
          : 'Nothing has been rolled back or restored yet. A batch, a checkpoint and the journal each have a button for it.'
      }
      onPage={(page) =>
        show({ ...(filters.status && { status: filters.status }), ...(page !== undefined && { page }) })
      }
      idOf={({ rollback_id }) => rollback_id}
      list={filters.status?.join() ?? ''}
      row={(rollback) => <Row key={rollback.rollback_id} rollback={rollback} />}
    />
  );
}

function Row({ rollback }: { rollback: RollbackSummary }) {
  const isFrozen = useIsFrozen();
  const { rollback_id: id, kind, status, infras, created_by, created_at, completed_at } = rollback;
  return (
    <tr>
      <td>
        <Status status={status} />
      </td>
      <td>
        <Link to="/rollbacks/$id" params={{ id }} className={table['name']}>
          {TITLES[kind]}
        </Link>
      </td>
      <td>{infras.join(', ')}</td>
      <td>{countsOf(rollback)}</td>
      <td>{created_by}</td>
      <td className={table['narrow']}>
        <Time at={created_at} />
      </td>
      <td data-numeric>
        <Took from={created_at} to={completed_at} frozen={isFrozen} />
      </td>
      <td>
        <IdChip id={id} what="rollback" />
      </td>
    </tr>
  );
}

/** `3 of 4 operations done, 1 failed`. */
function countsOf(rollback: RollbackSummary): string {
  const { operations_count: all, operations_executed: done, operations_failed: failed } = rollback;
  const words = `${done.toLocaleString()} of ${counted(all, 'operation')} done`;
  return failed > 0 ? `${words}, ${failed.toLocaleString()} failed` : words;
}
