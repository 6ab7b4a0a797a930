import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Webhook } from '@provisioning/contracts';
import { every } from '../../api/request-budget.js';
import { webhookList } from '../../api/queries/webhooks.js';
import { ListTable } from '../../features/list/list-table.js';
import { ActLink } from '../../features/rights/act-link.js';
import { safeText } from '../../format/safe-text.js';
import { Page } from '../../ui/page.js';
import { Status } from '../../ui/status.js';
import table from '../../ui/table.module.css';
import { Time } from '../../ui/time.js';

const COLUMNS = [
  { title: 'Status' },
  { title: 'Address' },
  { title: 'Description' },
  { title: 'Events' },
  { title: 'Owner' },
  { title: 'Created' },
];

export default function WebhookList() {
  const filters = useSearch({ from: '/signed-in/webhooks' });
  const navigate = useNavigate({ from: '/webhooks' });
  const query = useQuery({ ...webhookList(filters), refetchInterval: every(60_000) });
  return (
    <Page
      title="Webhooks"
      actions={
        <ActLink right={['create', 'webhooks']}>
          <Link to="/webhooks/new" className="button primary">
            New webhook
          </Link>
        </ActLink>
      }
    >
      <ListTable
        query={query}
        page={filters.page}
        columns={COLUMNS}
        empty="There is no webhook. Create one to have another service called when a task or batch ends."
        isFiltered={false}
        onPage={(page) => void navigate({ search: page === undefined ? {} : { page } })}
        row={(webhook) => <Row key={webhook.id} webhook={webhook} />}
      />
    </Page>
  );
}

function Row({ webhook }: { webhook: Webhook }) {
  const { id, url, description, events, enabled, owner, source, created_at } = webhook;
  return (
    <tr>
      <td>
        <Status status={enabled ? 'Enabled' : 'Disabled'} />
      </td>
      <td data-wide className={table['name']}>
        <Link to="/webhooks/$id" params={{ id }} search={{}}>
          {safeText(url)}
        </Link>
      </td>
      <td data-wide>{description && safeText(description)}</td>
      <td data-wide data-label="Events">
        {events.join(', ')}
      </td>
      <td data-label="Owner">{source === 'configuration' ? 'Configuration file' : (owner ?? 'None')}</td>
      <td data-label="Created">
        <Time at={created_at} />
      </td>
    </tr>
  );
}
