import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { Webhook } from '@provisioning/contracts';
import { client } from '../../api/client.js';
import { useDenials } from '../../api/rights.js';
import { ActButton } from '../../ui/act-button.js';
import { ConfirmAct } from '../../ui/confirm-act.js';
import { useAct } from '../../ui/use-act.js';
import { ErrorNotice } from '../../ui/notices.js';

const CONFIGURED = 'It comes from the configuration file, and can be changed only there.';

/** What can be done with a webhook. */
export function WebhookActs({ webhook }: { webhook: Webhook }) {
  const { id, url, enabled, source } = webhook;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const denials = useDenials();
  const test = useAct();
  const params = { id };
  const fixed = source === 'configuration' ? CONFIGURED : undefined;
  const again = () => queries.invalidateQueries({ queryKey: ['webhooks'] });
  return (
    <>
      {test.error !== undefined && <ErrorNotice error={test.error} />}
      <ActButton
        denied={denials('execute', 'webhooks')}
        disabled={test.busy}
        onClick={() =>
          void test.run(async (idempotencyKey) => {
            await client.orchestrator.testWebhook({ params, idempotencyKey });
            await again();
          })
        }
      >
        Send a test
      </ActButton>
      <ConfirmAct
        trigger={
          <ActButton denied={fixed ?? denials('update', 'webhooks')}>
            {enabled ? 'Disable' : 'Enable'}
          </ActButton>
        }
        title={`${enabled ? 'Disable' : 'Enable'} this webhook?`}
        confirm={enabled ? 'Disable webhook' : 'Enable webhook'}
        act={async () => {
          await client.orchestrator.updateWebhook({ params, body: { enabled: !enabled } });
          await again();
        }}
      >
        <p>
          {url} {enabled ? 'receives nothing until it is enabled again.' : 'receives events from now on.'}
        </p>
      </ConfirmAct>
      <ConfirmAct
        trigger={
          <ActButton className="danger" denied={fixed ?? denials('delete', 'webhooks')}>
            Delete
          </ActButton>
        }
        title="Delete this webhook?"
        confirm="Delete webhook"
        dangerous
        act={async () => {
          await client.orchestrator.deleteWebhook({ params });
          await navigate({ to: '/webhooks', search: {} });
          queries.removeQueries({ queryKey: ['webhooks', 'detail', id] });
          await again();
        }}
      >
        <p>{url} receives nothing any more. Its deliveries are deleted too. This cannot be undone.</p>
      </ConfirmAct>
    </>
  );
}
