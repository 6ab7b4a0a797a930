import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Webhook, WebhookDelivery } from '@provisioning/contracts';
import { every } from '../../api/request-budget.js';
import { client } from '../../api/client.js';
import { webhookDeliveries } from '../../api/queries/webhooks.js';
import { useDenials } from '../../api/rights.js';
import { ListTable } from '../../features/list/list-table.js';
import { safeText } from '../../format/safe-text.js';
import { ActButton } from '../../ui/act-button.js';
import { ErrorNotice } from '../../ui/notices.js';
import { Panel } from '../../ui/panel.js';
import { Status } from '../../ui/status.js';
import { Time } from '../../ui/time.js';
import { useAct } from '../../ui/use-act.js';

const COLUMNS = [
  { title: 'Status' },
  { title: 'Event' },
  { title: 'Created' },
  { title: 'Attempts', numeric: true },
  { title: 'Answer' },
  { title: 'Redeliver', hidden: true },
];
const WORDS = { pending: 'Pending', delivered: 'Delivered', failed: 'Failed' } as const;

/** What was sent to a webhook, newest first. */
export function Deliveries({ webhook }: { webhook: Webhook }) {
  const { page } = useSearch({ from: '/signed-in/webhooks/$id' });
  const navigate = useNavigate({ from: '/webhooks/$id' });
  const query = useQuery({ ...webhookDeliveries(webhook.id, page), refetchInterval: every(15_000) });
  return (
    <Panel title="Deliveries">
      <ListTable
        query={query}
        page={page}
        columns={COLUMNS}
        empty="Nothing has been sent yet. A test sends a ping."
        isFiltered={false}
        onPage={(next) => void navigate({ search: next === undefined ? {} : { page: next } })}
        row={(delivery) => <Row key={delivery.id} delivery={delivery} />}
      />
    </Panel>
  );
}

function Row({ delivery }: { delivery: WebhookDelivery }) {
  const { id, webhook_id, event, state, attempts, response_status, error } = delivery;
  const { created_at, next_attempt_at } = delivery;
  const queries = useQueryClient();
  const denied = useDenials()('execute', 'webhooks');
  const redeliver = useAct();
  const send = () =>
    redeliver.run(async (idempotencyKey) => {
      const params = { id: webhook_id, delivery_id: id };
      await client.orchestrator.redeliverWebhook({ params, idempotencyKey });
      await queries.invalidateQueries({ queryKey: ['webhooks', 'deliveries', webhook_id] });
    });
  return (
    <tr>
      <td>
        <Status status={WORDS[state]} />
      </td>
      <td>{event}</td>
      <td>
        <Time at={created_at} />
      </td>
      <td data-numeric data-label="Attempts">
        {attempts}
      </td>
      <td data-wide>
        {response_status !== null && `HTTP ${response_status}. `}
        {error && safeText(error)}
        {next_attempt_at && (
          <>
            {' '}
            Next attempt: <Time at={next_attempt_at} />
          </>
        )}
        {redeliver.error !== undefined && <ErrorNotice error={redeliver.error} />}
      </td>
      <td data-numeric>
        {state !== 'pending' && (
          <ActButton denied={denied} disabled={redeliver.busy} onClick={() => void send()}>
            Redeliver
          </ActButton>
        )}
      </td>
    </tr>
  );
}
