import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { User } from '@provisioning/contracts';
import { every } from '../../api/request-budget.js';
import { userDetail } from '../../api/queries/users.js';
import { IdChip } from '../../ui/id-chip.js';
import { Loaded } from '../../ui/loaded.js';
import { ErrorNotice } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Columns, Facts, Panel } from '../../ui/panel.js';
import { Status } from '../../ui/status.js';
import { Time } from '../../ui/time.js';
import { UserActs } from './user-acts.js';
import { UserForm } from './user-form.js';

export default function UserPage() {
  const { id } = useParams({ from: '/signed-in/users/$id' });
  const query = useQuery({ ...userDetail(id), refetchInterval: every(60_000) });
  const { data } = query;
  if (!data) {
    return (
      <Page title="User">
        <Loaded query={query} rows={6} />
      </Page>
    );
  }
  const user = data.data;
  return (
    <Page
      title={user.username}
      tabTitle={`${user.username} · Users`}
      aside={<Status status={user.enabled ? 'Enabled' : 'Disabled'} />}
      actions={<UserActs user={user} etag={data.etag} />}
    >
      {query.error && <ErrorNotice error={query.error} retry={() => void query.refetch()} />}
      <Columns>
        <Profile user={user} />
        <Panel title="E-mail and roles">
          {/* A form of another user starts anew. */}
          <UserForm key={user.id} user={user} etag={data.etag} />
        </Panel>
      </Columns>
    </Page>
  );
}

function Profile({ user }: { user: User }) {
  return (
    <Panel title="Profile">
      <Facts
        facts={[
          ['Id', <IdChip key="id" id={user.id} what="user" />],
          ['E-mail', user.email],
          ['Roles', user.roles.join(', ')],
          ['Second factor', user.mfa_enabled ? 'On' : 'Off'],
          ['Created', <Time key="created" at={user.created_at} />],
          ['Last changed', user.updated_at ? <Time key="updated" at={user.updated_at} /> : null],
          ['Last sign-in', user.last_login ? <Time key="login" at={user.last_login} /> : 'Never'],
        ]}
      />
    </Panel>
  );
}
