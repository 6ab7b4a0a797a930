import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Me } from '@provisioning/contracts';
import { ownAccount } from '../../api/queries/account.js';
import { IdChip } from '../../ui/id-chip.js';
import { Loaded } from '../../ui/loaded.js';
import { Page } from '../../ui/page.js';
import { Facts } from '../../ui/panel.js';
import { Tabs } from '../../ui/tabs.js';
import { Time } from '../../ui/time.js';
import { OwnSessions } from './own-sessions.js';
import { PasswordForm } from './password-form.js';
import { PreferencesForm } from './preferences-form.js';
import { SecondFactor } from './second-factor.js';

export default function AccountPage() {
  const { tab = 'profile' } = useSearch({ from: '/signed-in/account' });
  const navigate = useNavigate({ from: '/account' });
  const query = useQuery(ownAccount());
  const { data: me } = query;
  if (!me) {
    return (
      <Page title="Account">
        <Loaded query={query} rows={5} />
      </Page>
    );
  }
  return (
    <Page title="Account">
      <Tabs
        label="Parts of the account"
        value={tab}
        onChange={(next) => void navigate({ search: next === 'profile' ? {} : { tab: next } })}
        tabs={[
          { name: 'profile', title: 'Profile', content: <Profile me={me} /> },
          { name: 'password', title: 'Password', content: <PasswordForm me={me} /> },
          { name: 'second-factor', title: 'Second factor', content: <SecondFactor me={me} /> },
          { name: 'sessions', title: 'Sessions', content: <OwnSessions /> },
          { name: 'preferences', title: 'Preferences', content: <PreferencesForm /> },
        ]}
      />
    </Page>
  );
}

function Profile({ me }: { me: Me }) {
  return (
    <Facts
      facts={[
        ['Username', me.username],
        ['E-mail', me.email],
        ['Roles', me.roles.join(', ')],
        ['Second factor', me.mfa_enabled ? 'On' : 'Off'],
        ['Id', <IdChip key="id" id={me.id} what="account" />],
        ['Session ends', <Time key="ends" at={me.expires_at} />],
      ]}
    />
  );
}
