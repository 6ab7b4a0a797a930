import type { WebhookEvent, WebhookRequest } from '@provisioning/contracts';
import { Checks, Field } from '../../ui/field.js';
import type { Act } from '../../ui/use-act.js';

/** Every event: a missing one does not compile. */
// Safe cast: the keys of the table are all events.
const EVENTS = Object.keys({
  'task.completed': true,
  'task.failed': true,
  'task.cancelled': true,
  'batch.completed': true,
  'batch.failed': true,
  'batch.cancelled': true,
  'batch.rolled_back': true,
  'plan.awaiting_approval': true,
  'plan.approved': true,
  'plan.rejected': true,
  'plan.stale': true,
  'plan.executed': true,
} satisfies Record<WebhookEvent, true>) as WebhookEvent[];

export type WebhookValues = Pick<WebhookRequest, 'url' | 'events'> & { description: string };

interface WebhookFieldsProps {
  values: WebhookValues;
  act: Act;
  onChange(values: WebhookValues): void;
}

/** What a webhook is made of, except its secret. */
export function WebhookFields({ values, act, onChange }: WebhookFieldsProps) {
  return (
    <>
      <Field
        label="Address"
        type="url"
        required
        placeholder="https://example.com/hook"
        value={values.url}
        error={act.faultOf('url')}
        onChange={({ target }) => onChange({ ...values, url: target.value })}
      />
      <Field
        label="Description"
        value={values.description}
        error={act.faultOf('description')}
        onChange={({ target }) => onChange({ ...values, description: target.value })}
      />
      <Checks
        label="Events"
        options={EVENTS}
        value={values.events}
        error={act.faultOf('events')}
        onChange={(events) =>
          onChange({ ...values, events: EVENTS.filter((event) => events.includes(event)) })
        }
      />
    </>
  );
}
