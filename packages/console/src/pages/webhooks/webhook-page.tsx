import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { Webhook } from '@provisioning/contracts';
import { useState } from 'react';
import { client } from '../../api/client.js';
import { webhookDetail } from '../../api/queries/webhooks.js';
import { useDenials } from '../../api/rights.js';
import { safeText } from '../../format/safe-text.js';
import { IdChip } from '../../ui/id-chip.js';
import { Loaded } from '../../ui/loaded.js';
import { ErrorNotice } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Columns, Facts, Form, Panel } from '../../ui/panel.js';
import { Status } from '../../ui/status.js';
import { Time } from '../../ui/time.js';
import { useAct } from '../../ui/use-act.js';
import { Deliveries } from './deliveries.js';
import { WebhookActs } from './webhook-acts.js';
import { WebhookFields, type WebhookValues } from './webhook-form.js';
import { ActButton } from '../../ui/act-button.js';

export default function WebhookPage() {
  const { id } = useParams({ from: '/signed-in/webhooks/$id' });
  const query = useQuery(webhookDetail(id));
  const { data: webhook } = query;
  if (!webhook) {
    return (
      <Page title="Webhook">
        <Loaded query={query} rows={6} />
      </Page>
    );
  }
  const isConfigured = webhook.source === 'configuration';
  return (
    <Page
      title={safeText(webhook.description ?? webhook.url)}
      tabTitle={`${webhook.description ?? webhook.url} · Webhooks`}
      aside={<Status status={webhook.enabled ? 'Enabled' : 'Disabled'} />}
      actions={<WebhookActs webhook={webhook} />}
    >
      {webhook.disabled_reason && <p>{webhook.disabled_reason}</p>}
      <Columns>
        <About webhook={webhook} />
        <Panel title="Change">
          {isConfigured ? (
            <p>It comes from the configuration file, and can be changed only there.</p>
          ) : (
            <ChangeForm key={webhook.id} webhook={webhook} />
          )}
        </Panel>
      </Columns>
      <Deliveries webhook={webhook} />
    </Page>
  );
}

function About({ webhook }: { webhook: Webhook }) {
  const { id, url, events, owner, source, created_at } = webhook;
  return (
    <Panel title="About">
      <Facts
        facts={[
          ['Address', safeText(url)],
          ['Events', events.join(', ')],
          ['Owner', source === 'configuration' ? 'Configuration file' : (owner ?? 'None')],
          ['Created', <Time key="created" at={created_at} />],
          ['Id', <IdChip key="id" id={id} what="webhook" />],
        ]}
      />
    </Panel>
  );
}

const valuesOf = ({ url, events, description }: Webhook): WebhookValues => ({
  url,
  events,
  description: description ?? '',
});

function ChangeForm({ webhook }: { webhook: Webhook }) {
  const queries = useQueryClient();
  const denied = useDenials()('update', 'webhooks');
  const save = useAct();
  const [base, setBase] = useState(valuesOf(webhook));
  const [values, setValues] = useState(base);
  const isDirty = JSON.stringify(values) !== JSON.stringify(base);
  const submit = () =>
    save.run(async () => {
      const { url, events, description } = values;
      // A new address needs a new secret: only what was edited is sent.
      const body = { events, description, ...(url === base.url ? {} : { url }) };
      await client.orchestrator.updateWebhook({ params: { id: webhook.id }, body });
      setBase(values);
      await queries.invalidateQueries({ queryKey: ['webhooks'] });
    });
  return (
    <Form label="Webhook" submit={() => void submit()}>
      <WebhookFields values={values} act={save} onChange={setValues} />
      {save.error !== undefined && <ErrorNotice error={save.error} />}
      <div>
        <ActButton type="submit" className="primary" denied={denied} disabled={save.busy || !isDirty}>
          Save
        </ActButton>
      </div>
    </Form>
  );
}
