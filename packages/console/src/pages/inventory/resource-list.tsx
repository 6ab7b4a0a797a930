import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Resource } from '@provisioning/contracts';
import { every } from '../../api/request-budget.js';
import { resourceList } from '../../api/queries/inventory.js';
import { ListTable } from '../../features/list/list-table.js';
import { safeText } from '../../format/safe-text.js';
import { RESOURCE_KINDS } from '../../paths-infra.js';
import { FilterBar, SelectFilter, TextFilter } from '../../ui/filters.js';
import { Page } from '../../ui/page.js';
import table from '../../ui/table.module.css';
import { Time } from '../../ui/time.js';

const COLUMNS = [
  { title: 'Name' },
  { title: 'Kind' },
  { title: 'Infra' },
  { title: 'Provider' },
  { title: 'Attributes' },
  { title: 'Changed' },
];
const WORDS = ['Previous', 'Next'] as const;

export default function ResourceList() {
  const filters = useSearch({ from: '/signed-in/inventory' });
  const navigate = useNavigate({ from: '/inventory' });
  const query = useQuery({
    ...resourceList(filters),
    refetchInterval: every(30_000),
  });
  const change = (next: Partial<typeof filters>) =>
    void navigate({ search: (now) => ({ ...now, page: undefined, ...next }) });
  const { infra, kind, provider, page } = filters;
  const isFiltered = infra !== undefined || kind !== undefined || provider !== undefined;
  return (
    <Page title="Inventory">
      <FilterBar>
        <TextFilter label="Infra" value={infra} onChange={(next) => change({ infra: next })} />
        <SelectFilter
          label="Kind"
          any="Any kind"
          words={RESOURCE_KINDS}
          value={kind}
          onChange={(next) => change({ kind: next })}
        />
        <TextFilter label="Provider" value={provider} onChange={(next) => change({ provider: next })} />
      </FilterBar>
      <ListTable
        query={query}
        columns={COLUMNS}
        page={page}
        isFiltered={isFiltered}
        pagerWords={WORDS}
        empty={
          isFiltered
            ? 'No resource matches these filters.'
            : 'The inventory is empty. What workflows and batches create appears here.'
        }
        onPage={(next) => change({ page: next })}
        row={(resource) => (
          <Row key={`${resource.infra}/${resource.kind}/${resource.name}`} resource={resource} />
        )}
      />
    </Page>
  );
}

function Row({ resource }: { resource: Resource }) {
  const { infra, kind, name, provider, driver, attributes, updated_at } = resource;
  return (
    <tr>
      <td>
        <Link to="/inventory/$infra/$kind/$name" params={{ infra, kind, name }} className={table['name']}>
          {safeText(name)}
        </Link>
      </td>
      <td>{kind}</td>
      <td>{infra}</td>
      <td>
        {provider}
        {driver !== provider && <span className="muted"> by {driver}</span>}
      </td>
      <td data-wide className="muted mono">
        {summaryOf(attributes)}
      </td>
      <td className={table['narrow']}>
        <Time at={updated_at} />
      </td>
    </tr>
  );
}

/** Attributes that the row has in other columns, and those that say nothing at a glance. */
const LEFT_OUT = new Set([
  'id',
  'name',
  'infra',
  'provider',
  'driver',
  'description',
  'made_at',
  'changed_at',
  'labels',
]);

/** The first attributes, as far as they fit a row. */
function summaryOf(attributes: Resource['attributes']): string {
  const parts = Object.entries(attributes)
    .filter(([name, value]) => !LEFT_OUT.has(name) && value !== null && value !== '')
    .slice(0, 4)
    .map(([name, value]) => `${name}=${String(value)}`);
  const text = parts.join(' ');
  return safeText(text.length > 90 ? `${text.slice(0, 89)}…` : text);
}
