import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { Policy } from '@provisioning/contracts';
import { useState } from 'react';
import { policyDetail } from '../../api/queries/policies.js';
import { replayOf, type ReplayPeriod } from '../../api/queries/replay.js';
import { useUserChoice } from '../../api/queries/users.js';
import { readDraft, type PolicyDraft } from '../../features/policy/drafts.js';
import type { ReplaySearch } from '../../paths-governance.js';
import { Field, Select } from '../../ui/field.js';
import { ErrorNotice, Skeleton } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Form } from '../../ui/panel.js';
import styles from './policies.module.css';
import { Flips } from './replay-flips.js';
import { DAY_MS } from '../../format/time.js';

export default function Replay() {
  const { id } = useParams({ from: '/signed-in/policies/$id/replay' });
  const search: ReplaySearch = useSearch({ from: '/signed-in/policies/$id/replay' });
  const navigate = useNavigate({ from: '/policies/$id/replay' });
  const { data, error, refetch } = useQuery(policyDetail(id));
  const [draft] = useState(() => readDraft(id)?.draft);
  if (!data) {
    return (
      <Page title="Replay">
        {error ? <ErrorNotice error={error} retry={() => void refetch()} /> : <Skeleton rows={6} />}
      </Page>
    );
  }
  const policy = data.data;
  return (
    <Page title={`Replay ${policy.name}`} tabTitle={`Replay ${policy.name} · Policies`}>
      <p>
        Decides real decisions again <strong>{deviation(policy, draft)}</strong>, and lists those that would
        differ. Nothing changes.{' '}
        <Link to="/policies/$id" params={{ id }} search={{}}>
          Back to the policy
        </Link>
      </p>
      <div className={styles['split']}>
        <PeriodForm
          key={JSON.stringify(search)}
          search={search}
          replay={(next) => void navigate({ search: next })}
        />
        {search.from && <Result policy={policy} draft={draft} period={{ ...search, from: search.from }} />}
      </div>
    </Page>
  );
}

function deviation(policy: Policy, draft: PolicyDraft | undefined): string {
  if (draft) return 'with the rules that you are editing';
  return policy.enabled ? 'as if this policy were disabled' : 'as if this policy were enabled';
}

interface ResultProps {
  policy: Policy;
  draft: PolicyDraft | undefined;
  period: ReplayPeriod;
}

function Result({ policy, draft, period }: ResultProps) {
  const { data, error, isFetching, refetch } = useQuery(replayOf(policy, draft, period));
  if (error) return <ErrorNotice error={error} retry={() => void refetch()} />;
  if (!data || isFetching) return <Skeleton rows={6} />;
  return <Flips result={data} />;
}

function PeriodForm({ search, replay }: { search: ReplaySearch; replay(search: ReplaySearch): void }) {
  const [from, setFrom] = useState(
    () => search.from ?? new Date(Date.now() - 7 * DAY_MS).toISOString().slice(0, 10),
  );
  const [to, setTo] = useState(search.to ?? '');
  const [user, setUser] = useState(search.user ?? '');
  const users = useUserChoice();
  const submit = () => replay({ from, ...(to ? { to } : {}), ...(user ? { user } : {}) });
  return (
    <Form label="Period" submit={submit}>
      <Field
        label="From"
        type="date"
        required
        hint="Whole days in UTC."
        value={from}
        onChange={({ target }) => setFrom(target.value)}
      />
      <Field
        label="To"
        type="date"
        hint="Empty: now."
        value={to}
        onChange={({ target }) => setTo(target.value)}
      />
      <Select label="User" value={user} onChange={({ target }) => setUser(target.value)}>
        <option value="">All users</option>
        {users.map(({ id, username }) => (
          <option key={id} value={id}>
            {username}
          </option>
        ))}
      </Select>
      <div>
        <button type="submit" className="primary">
          Replay
        </button>
      </div>
    </Form>
  );
}
