import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { StoredPlanSummary } from '@provisioning/contracts';
import { PLAN_STATUSES } from '@provisioning/contracts/statuses';
import { planList } from '../../api/queries/plans.js';
import { useFallbackInterval } from '../../app/live-context.js';
import { StatusList } from '../../features/list/status-list.js';
import { safeText } from '../../format/safe-text.js';
import type { PlanFilters } from '../../paths-infra.js';
import { Check } from '../../ui/field.js';
import { FilterBar, TextFilter } from '../../ui/filters.js';
import { IdChip } from '../../ui/id-chip.js';
import { Status } from '../../ui/status.js';
import table from '../../ui/table.module.css';
import { Time } from '../../ui/time.js';
import { countsOf } from './counts-of.js';
import { PLAN_KINDS } from './plan-run.js';

const COLUMNS = [
  { title: 'Status' },
  { title: 'Name' },
  { title: 'Kind' },
  { title: 'Changes' },
  { title: 'By' },
  { title: 'Created' },
  { title: 'Id' },
];

export default function PlanList() {
  const filters = useSearch({ from: '/signed-in/plans' });
  const navigate = useNavigate({ from: '/plans' });
  const query = useQuery({ ...planList(filters), refetchInterval: useFallbackInterval(15_000) });
  const { page, ...filter } = filters;
  const isFiltered = Object.keys(filter).length > 0;
  const change = (next: { [Name in keyof PlanFilters]: PlanFilters[Name] | undefined }) =>
    void navigate({ search: (now) => ({ ...now, page: undefined, ...next }) });
  return (
    <StatusList
      title="Plans"
      words={PLAN_STATUSES}
      status={filters.status}
      filters={
        <FilterBar>
          <TextFilter label="Infra" value={filters.infra} onChange={(infra) => change({ infra })} />
          <Check
            label="Waiting for me"
            checked={filters.waiting !== undefined}
            onChange={(checked) => change({ waiting: checked ? 'me' : undefined })}
          />
        </FilterBar>
      }
      onStatus={(status) => change({ status })}
      query={query}
      columns={COLUMNS}
      page={page}
      isFiltered={isFiltered}
      empty={
        isFiltered
          ? 'No plan matches these filters.'
          : 'No plan has been created yet. Compose, Submit and Roll back create them.'
      }
      onPage={(next) => void navigate({ search: (now) => ({ ...now, page: next }) })}
      idOf={({ id }) => id}
      list={JSON.stringify(filter)}
      row={(plan) => <Row key={plan.id} plan={plan} />}
    />
  );
}

function Row({ plan }: { plan: StoredPlanSummary }) {
  const { id, status, kind, name, infras, created_by, created_at } = plan;
  return (
    <tr>
      <td>
        <Status status={status} />
      </td>
      <td>
        <Link to="/plans/$id" params={{ id }} className={table['name']}>
          {safeText(name)}
        </Link>{' '}
        <span className="muted">{infras.slice(0, 3).join(', ')}</span>
      </td>
      <td data-label="Kind">{PLAN_KINDS[kind]}</td>
      <td>{countsOf(plan)}</td>
      <td data-label="By">{created_by}</td>
      <td className={table['narrow']}>
        <Time at={created_at} />
      </td>
      <td>
        <IdChip id={id} what="plan" />
      </td>
    </tr>
  );
}
