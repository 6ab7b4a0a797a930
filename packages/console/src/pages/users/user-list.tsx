import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { User } from '@provisioning/contracts';
import { every } from '../../api/request-budget.js';
import { userList } from '../../api/queries/users.js';
import { ListTable } from '../../features/list/list-table.js';
import { ActLink } from '../../features/rights/act-link.js';
import { ENABLED, ROLES, type UserFilters } from '../../paths-governance.js';
import { FilterBar, SelectFilter, TextFilter } from '../../ui/filters.js';
import { Page } from '../../ui/page.js';
import { Status } from '../../ui/status.js';
import table from '../../ui/table.module.css';
import { Time } from '../../ui/time.js';

const COLUMNS = [
  { title: 'Status' },
  { title: 'Username' },
  { title: 'E-mail' },
  { title: 'Roles' },
  { title: 'Second factor' },
  { title: 'Last sign-in' },
];

export default function UserList() {
  const filters: UserFilters = useSearch({ from: '/signed-in/users' });
  const { page, ...narrowed } = filters;
  const navigate = useNavigate({ from: '/users' });
  const query = useQuery({ ...userList(filters), refetchInterval: every(60_000) });
  const filter = (change: Partial<UserFilters>) =>
    void navigate({ search: ({ page: _first, ...rest }) => ({ ...rest, ...change }), replace: true });
  const isFiltered = Object.keys(narrowed).length > 0;
  return (
    <Page
      title="Users"
      actions={
        <ActLink right={['create', 'users']}>
          <Link to="/users/new" className="button primary">
            New user
          </Link>
        </ActLink>
      }
    >
      <FilterBar>
        <TextFilter label="Name or e-mail" value={filters.q} onChange={(q) => filter({ q })} />
        <TextFilter
          label="Role"
          value={filters.role}
          suggestions={ROLES}
          onChange={(role) => filter({ role })}
        />
        <SelectFilter
          label="Status"
          value={filters.enabled}
          words={ENABLED}
          any="All"
          onChange={(enabled) => filter({ enabled })}
        />
      </FilterBar>
      <ListTable
        query={query}
        page={page}
        columns={COLUMNS}
        empty={isFiltered ? 'No user matches the filters.' : 'There is no user yet.'}
        isFiltered={isFiltered}
        pagerWords={['Previous', 'Next']}
        onPage={(next) => void navigate({ search: (search) => ({ ...search, page: next }) })}
        row={(user) => <Row key={user.id} user={user} />}
      />
    </Page>
  );
}

function Row({ user }: { user: User }) {
  return (
    <tr>
      <td>
        <Status status={user.enabled ? 'Enabled' : 'Disabled'} />
      </td>
      <td className={table['name']}>
        <Link to="/users/$id" params={{ id: user.id }}>
          {user.username}
        </Link>
      </td>
      <td data-wide>{user.email}</td>
      <td data-wide data-label="Roles">
        {user.roles.join(', ')}
      </td>
      <td data-label="Second factor">{user.mfa_enabled ? 'On' : 'Off'}</td>
      <td data-label="Last sign-in">{user.last_login ? <Time at={user.last_login} /> : 'Never'}</td>
    </tr>
  );
}
