import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { auditDownload } from '../../api/base.js';
import { auditList, auditQuery } from '../../api/queries/audit.js';
import { counted } from '../../format/counts.js';
import { AUDIT_RESULTS, AUDIT_SERVICES, type AuditFilters } from '../../paths-governance.js';
import { DateFilter, FilterBar, SelectFilter, TextFilter } from '../../ui/filters.js';
import { Loaded } from '../../ui/loaded.js';
import { EmptyState } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import table from '../../ui/table.module.css';
import styles from './audit.module.css';
import { AuditRow } from './audit-row.js';

const NAMES = {
  user: 'User',
  action: 'Action',
  resource: 'Resource',
  result: 'Result',
  service: 'Service',
  request: 'Request',
  from: 'From',
  to: 'To',
} as const;
type Name = keyof typeof NAMES;

export default function AuditList() {
  const search: AuditFilters = useSearch({ from: '/signed-in/audit' });
  const { before, seq, ...filters } = search;
  const navigate = useNavigate({ from: '/audit' });
  const query = useQuery(auditList(search));
  const { data, isFetching } = query;
  const filter = (change: Partial<AuditFilters>) => void navigate({ search: { ...filters, ...change } });
  const items = data?.items ?? [];
  const last = items.at(-1)?.seq;
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <Page title="Audit" actions={<Acts filters={filters} />}>
      <Filters filters={filters} filter={filter} />
      <Loaded query={query} rows={8} />
      {data && items.length === 0 && (
        <EmptyState
          action={
            isFiltered && (
              <Link to="/audit" search={{}} className="button">
                Clear filters
              </Link>
            )
          }
        >
          {isFiltered ? 'No record matches the filters.' : 'No record yet.'}
        </EmptyState>
      )}
      {items.length > 0 && (
        <>
          <div className={table['frame']}>
            <table className={table['table']} aria-busy={isFetching}>
              <thead>
                <tr>
                  <th scope="col">Record</th>
                  <th scope="col">Result</th>
                  <th scope="col">When</th>
                  <th scope="col">User</th>
                  <th scope="col">Action</th>
                  <th scope="col">Resource</th>
                </tr>
              </thead>
              <tbody>
                {items.map((record) => (
                  <AuditRow
                    key={record.id}
                    record={record}
                    isOpen={record.seq === seq}
                    toggle={(open) =>
                      void navigate({ search: { ...filters, before, seq: open }, replace: true })
                    }
                    filter={filter}
                  />
                ))}
              </tbody>
            </table>
          </div>
          <nav aria-label="Pages" className="row">
            <span className="muted">{counted(data?.total ?? 0, 'record')}</span>
            {before !== undefined && (
              <Link to="/audit" search={filters} className="button">
                Newest
              </Link>
            )}
            {items.length === data?.limit && last !== undefined && last > 1 && (
              <Link to="/audit" search={{ ...filters, before: last }} className="button">
                Older
              </Link>
            )}
          </nav>
        </>
      )}
    </Page>
  );
}

function Acts({ filters }: { filters: AuditFilters }) {
  const query = auditQuery(filters);
  return (
    <>
      <a className="button" href={auditDownload('text/csv', query)} download>
        Export CSV
      </a>
      <a className="button" href={auditDownload('application/x-ndjson', query)} download>
        Export JSON Lines
      </a>
      <Link to="/audit/verify" search={{}} className="button primary">
        Verify
      </Link>
    </>
  );
}

interface FiltersProps {
  filters: AuditFilters;
  filter(change: Partial<AuditFilters>): void;
}

/** What is given stands as chips, each with a button that takes it away. */
function Filters({ filters, filter }: FiltersProps) {
  // Safe cast: the keys of the table are these names.
  const given = (Object.keys(NAMES) as Name[]).filter((name) => filters[name] !== undefined);
  return (
    <>
      <FilterBar>
        <TextFilter label="User" value={filters.user} onChange={(user) => filter({ user })} />
        <TextFilter label="Action" value={filters.action} onChange={(action) => filter({ action })} />
        <TextFilter label="Resource" value={filters.resource} onChange={(resource) => filter({ resource })} />
        <SelectFilter
          label="Result"
          any="Any result"
          words={AUDIT_RESULTS}
          value={filters.result}
          onChange={(result) => filter({ result })}
        />
        <SelectFilter
          label="Service"
          any="Any service"
          words={AUDIT_SERVICES}
          value={filters.service}
          onChange={(service) => filter({ service })}
        />
        <DateFilter label="From (UTC)" value={filters.from} onChange={(from) => filter({ from })} />
        <DateFilter label="To (UTC)" value={filters.to} onChange={(to) => filter({ to })} />
      </FilterBar>
      {given.length > 0 && (
        <ul className="row" aria-label="Active filters">
          {given.map((name) => (
            <li key={name} className={styles['chip']}>
              {NAMES[name]} <strong>{filters[name]}</strong>
              <button
                type="button"
                className="icon-button"
                aria-label={`Remove the filter ${NAMES[name]}`}
                onClick={() => filter({ [name]: undefined })}
              >
                <X aria-hidden />
              </button>
            </li>
          ))}
          <li>
            <Link to="/audit" search={{}}>
              Clear filters
            </Link>
          </li>
        </ul>
      )}
    </>
  );
}
