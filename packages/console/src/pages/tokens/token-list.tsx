import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApiToken } from '@provisioning/contracts';
import { every } from '../../api/request-budget.js';
import { client } from '../../api/client.js';
import { tokenList } from '../../api/queries/tokens.js';
import { ListTable } from '../../features/list/list-table.js';
import { ConfirmAct } from '../../ui/confirm-act.js';
import { Page } from '../../ui/page.js';
import table from '../../ui/table.module.css';
import { Time } from '../../ui/time.js';
import { NewToken } from './new-token.js';
import styles from './tokens.module.css';
import { DAY_MS } from '../../format/time.js';

const COLUMNS = [
  { title: 'Name' },
  { title: 'Roles' },
  { title: 'Created' },
  { title: 'Last used' },
  { title: 'Expires' },
  { title: 'Delete', hidden: true },
];
const WARN_DAYS = 14;

export default function TokenList() {
  const [page, setPage] = useState<number>();
  const query = useQuery({ ...tokenList(page), refetchInterval: every(60_000) });
  return (
    <Page title="API tokens" actions={<NewToken />}>
      <p className="muted">
        An API token lets a program act for you, with some of your roles. Only you see yours here.
      </p>
      <ListTable
        query={query}
        page={page}
        columns={COLUMNS}
        empty="You have no API token. Create one for a program that calls the API."
        isFiltered={false}
        onPage={setPage}
        row={(token) => <Row key={token.id} token={token} />}
      />
    </Page>
  );
}

function Row({ token }: { token: ApiToken }) {
  const queries = useQueryClient();
  return (
    <tr>
      <td className={table['name']}>{token.name}</td>
      <td data-wide data-label="Roles">
        {token.roles.join(', ')}
      </td>
      <td data-label="Created">
        <Time at={token.created_at} />
      </td>
      <td data-label="Last used">{token.last_used_at ? <Time at={token.last_used_at} /> : 'Never'}</td>
      <td data-wide data-label="Expires">
        <Time at={token.expires_at} /> <Expiry at={token.expires_at} />
      </td>
      <td data-numeric>
        <ConfirmAct
          trigger={
            <button type="button" className="danger" aria-label={`Delete ${token.name}`}>
              Delete
            </button>
          }
          title={`Delete the API token ${token.name}?`}
          confirm="Delete token"
          dangerous
          act={async () => {
            await client.controlCenter.deleteToken({ params: { id: token.id } });
            await queries.invalidateQueries({ queryKey: ['tokens'] });
          }}
        >
          <p>Programs that use it are refused from now on. This cannot be undone.</p>
        </ConfirmAct>
      </td>
    </tr>
  );
}

function Expiry({ at }: { at: string }) {
  const days = Math.floor((Date.parse(at) - Date.now()) / DAY_MS);
  if (days >= WARN_DAYS) return null;
  return (
    <span className={styles['warning']}>
      {days < 0 ? 'Expired' : days === 0 ? 'Expires today' : `${days} days left`}
    </span>
  );
}
