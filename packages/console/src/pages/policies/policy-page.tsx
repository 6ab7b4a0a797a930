import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { Policy } from '@provisioning/contracts';
import { policyDetail } from '../../api/queries/policies.js';
import { RuleList } from '../../features/policy/rule-view.js';
import { Fact, FactBar } from '../../ui/facts.js';
import { IdChip } from '../../ui/id-chip.js';
import { Loaded } from '../../ui/loaded.js';
import { ErrorNotice } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Status } from '../../ui/status.js';
import { Tabs } from '../../ui/tabs.js';
import { Time } from '../../ui/time.js';
import { PolicyActs } from './policy-acts.js';
import { PolicyVersions } from './policy-versions.js';

export default function PolicyPage() {
  const { id } = useParams({ from: '/signed-in/policies/$id' });
  const { tab = 'rules', a, b } = useSearch({ from: '/signed-in/policies/$id' });
  const navigate = useNavigate({ from: '/policies/$id' });
  const query = useQuery(policyDetail(id));
  const { data } = query;
  if (!data) {
    return (
      <Page title="Policy">
        <Loaded query={query} rows={6} />
      </Page>
    );
  }
  const policy = data.data;
  return (
    <Page
      title={policy.name}
      tabTitle={`${policy.name} · Policies`}
      aside={<Status status={policy.enabled ? 'Enabled' : 'Disabled'} />}
      actions={<PolicyActs policy={policy} etag={data.etag} />}
    >
      {query.error && <ErrorNotice error={query.error} retry={() => void query.refetch()} />}
      {policy.description && <p>{policy.description}</p>}
      <About policy={policy} />
      <Tabs
        label="Parts of the policy"
        value={tab}
        onChange={(next) => void navigate({ search: next === 'rules' ? {} : { tab: next } })}
        tabs={[
          { name: 'rules', title: 'Rules', content: <RuleList rules={policy.rules} /> },
          {
            name: 'versions',
            title: 'Versions',
            content: (
              <PolicyVersions
                id={policy.id}
                a={a}
                b={b}
                compare={(pair) => void navigate({ search: { tab: 'versions', ...pair } })}
              />
            ),
          },
        ]}
      />
    </Page>
  );
}

function About({ policy }: { policy: Policy }) {
  return (
    <FactBar>
      <Fact name="Version">{policy.version}</Fact>
      <Fact name="Revision">{policy.revision}</Fact>
      <Fact name="Created">
        <Time at={policy.created_at} />
      </Fact>
      <Fact name="Changed">
        <Time at={policy.updated_at ?? policy.created_at} />
      </Fact>
      <Fact name="Id">
        <IdChip id={policy.id} what="policy" />
      </Fact>
    </FactBar>
  );
}
