import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Policy } from '@provisioning/contracts';
import { policyList } from '../../api/queries/policies.js';
import { useDenials } from '../../api/rights.js';
import { ENABLED, type PolicyFilters } from '../../paths-governance.js';
import { FilterBar, SelectFilter, TextFilter } from '../../ui/filters.js';
import { ListTable } from '../../features/list/list-table.js';
import { ActLink } from '../../features/rights/act-link.js';
import { Page } from '../../ui/page.js';
import { Status } from '../../ui/status.js';
import table from '../../ui/table.module.css';
import { Time } from '../../ui/time.js';

const COLUMNS = [
  { title: 'Status' },
  { title: 'Name' },
  { title: 'Description' },
  { title: 'Version' },
  { title: 'Rules', numeric: true },
  { title: 'Changed' },
];

export default function PolicyList() {
  const filters: PolicyFilters = useSearch({ from: '/signed-in/policies' });
  const navigate = useNavigate({ from: '/policies' });
  const denials = useDenials();
  const query = useQuery(policyList());
  const filter = (change: Partial<PolicyFilters>) =>
    void navigate({ search: (search) => ({ ...search, ...change }), replace: true });
  const items = query.data?.items.filter((policy) => matches(policy, filters));
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <Page
      title="Policies"
      actions={
        <>
          {denials('simulate', 'policies') === undefined && (
            <Link to="/policies/who-may" search={{}} className="button">
              Who may
            </Link>
          )}
          <ActLink right={['create', 'policies']}>
            <Link to="/policies/new" className="button primary">
              New policy
            </Link>
          </ActLink>
        </>
      }
    >
      <FilterBar>
        <TextFilter label="Name or resource" value={filters.q} onChange={(q) => filter({ q })} />
        <SelectFilter
          label="Status"
          value={filters.enabled}
          words={ENABLED}
          any="All"
          onChange={(enabled) => filter({ enabled })}
        />
      </FilterBar>
      <ListTable
        query={{ ...query, data: items && { data: { items, total: items.length } } }}
        page={undefined}
        columns={COLUMNS}
        empty={isFiltered ? 'No policy matches the filters.' : 'There is no policy.'}
        isFiltered={isFiltered}
        onPage={() => undefined}
        row={(policy) => <Row key={policy.id} policy={policy} />}
      />
    </Page>
  );
}

function matches(policy: Policy, { q, enabled }: PolicyFilters): boolean {
  if (enabled !== undefined && policy.enabled !== (enabled === 'enabled')) return false;
  if (q === undefined) return true;
  const wanted = q.toLowerCase();
  return (
    policy.name.toLowerCase().includes(wanted) ||
    policy.rules.some(({ resource }) => resource.toLowerCase().includes(wanted))
  );
}

function Row({ policy }: { policy: Policy }) {
  return (
    <tr>
      <td>
        <Status status={policy.enabled ? 'Enabled' : 'Disabled'} />
      </td>
      <td className={table['name']}>
        <Link to="/policies/$id" params={{ id: policy.id }} search={{}}>
          {policy.name}
        </Link>
      </td>
      <td data-wide>{policy.description}</td>
      <td data-label="Version">{policy.version}</td>
      <td data-numeric data-label="Rules">
        {policy.rules.length}
      </td>
      <td data-label="Changed">
        <Time at={policy.updated_at ?? policy.created_at} />
      </td>
    </tr>
  );
}
