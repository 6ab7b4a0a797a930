import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { WebhookCreated } from '@provisioning/contracts';
import { useState } from 'react';
import { client } from '../../api/client.js';
import { ErrorNotice } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Form } from '../../ui/panel.js';
import { SecretOnce } from '../../ui/secret-once.js';
import { useAct } from '../../ui/use-act.js';
import { WebhookFields, type WebhookValues } from './webhook-form.js';

export default function WebhookNew() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const create = useAct();
  const [values, setValues] = useState<WebhookValues>({
    url: '',
    description: '',
    events: ['task.failed', 'batch.failed'],
  });
  const [created, setCreated] = useState<WebhookCreated>();
  const submit = () =>
    create.run(async (idempotencyKey) => {
      const { description, ...rest } = values;
      const body = { ...rest, ...(description === '' ? {} : { description }) };
      setCreated(await client.orchestrator.createWebhook({ body, idempotencyKey }));
      await queries.invalidateQueries({ queryKey: ['webhooks'] });
    });
  return (
    <Page title="New webhook" tabTitle="New webhook · Webhooks">
      <Form label="New webhook" submit={() => void submit()}>
        <WebhookFields values={values} act={create} onChange={setValues} />
        {create.error !== undefined && <ErrorNotice error={create.error} />}
        <div className="row">
          <button
            type="submit"
            className="primary"
            disabled={create.busy || created !== undefined || values.events.length === 0}
          >
            Create webhook
          </button>
          <Link to="/webhooks" search={{}} className="button">
            Discard
          </Link>
        </div>
      </Form>
      <SecretOnce
        title="Keep the secret of the webhook"
        secret={created?.secret}
        what="secret"
        done={() => created && void navigate({ to: '/webhooks/$id', params: { id: created.id }, search: {} })}
      >
        <p>The receiver verifies signatures with it. It is shown only now.</p>
      </SecretOnce>
    </Page>
  );
}
