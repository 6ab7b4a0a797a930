import { WEBHOOK_EVENTS } from '@provisioning/contracts/webhook-events';
import type { FailureDetail } from '@provisioning/errors';
import { configurationFailure, readConfigTable } from '@provisioning/runtime';
import type { ConfiguredWebhook } from './domain/webhook/webhook.js';
import { targetFault } from './outbound/webhook-target.js';

/** The configuration of webhooks. */
export interface WebhookConfig {
  /** Whether private targets, plain http and any port are allowed. */
  allowPrivate: boolean;
  endpoints: readonly ConfiguredWebhook[];
}

const MEMBERS = ['url', 'events', 'secret', 'enabled'];
const SHORTEST_SECRET = 8;

/** `[webhooks]` of the configuration file; `enabled = false` turns off all endpoints that stand in it. */
export function readWebhookConfig(
  environment: Record<string, string | undefined>,
  allowPrivate: boolean,
): WebhookConfig {
  const table = readConfigTable(environment, 'webhooks') ?? {};
  const faults: FailureDetail[] = [];
  const { enabled = true, endpoints = [], ...others } = table;
  for (const name of Object.keys(others))
    faults.push({ path: `webhooks.${name}`, message: 'is unknown: use enabled or endpoints' });
  if (typeof enabled !== 'boolean')
    faults.push({ path: 'webhooks.enabled', message: 'must be true or false' });
  if (!Array.isArray(endpoints))
    faults.push({ path: 'webhooks.endpoints', message: 'must be a list, or tables [[webhooks.endpoints]]' });
  // Safe cast: every list is a list of unknown values.
  const read = (Array.isArray(endpoints) ? (endpoints as unknown[]) : []).map((endpoint, index) =>
    endpointOf(endpoint, enabled === true, allowPrivate, (name, message) =>
      faults.push({ path: `webhooks.endpoints[${index}]${name}`, message }),
    ),
  );
  const urls = read.map(({ url }) => url);
  urls.forEach((url, index) => {
    if (urls.indexOf(url) !== index)
      faults.push({
        path: `webhooks.endpoints[${index}].url`,
        message: 'must be unique: list all events of a URL in one endpoint',
      });
  });
  if (faults.length > 0) throw configurationFailure(faults);
  return { allowPrivate, endpoints: read };
}

function endpointOf(
  endpoint: unknown,
  enabled: boolean,
  allowPrivate: boolean,
  fault: (name: string, message: string) => void,
): ConfiguredWebhook {
  if (typeof endpoint !== 'object' || endpoint === null) {
    fault('', 'must be a table with url, events and secret');
    return { url: '', events: [], secret: '', enabled };
  }
  // Safe cast: checked to be an object.
  const { url, events, secret, enabled: own = true } = endpoint as Record<string, unknown>;
  for (const name of Object.keys(endpoint))
    if (!MEMBERS.includes(name)) fault(`.${name}`, `is unknown: use ${MEMBERS.join(', ')}`);
  const targetIs = typeof url === 'string' ? targetFault(url, { allowPrivate }) : 'is required';
  if (targetIs !== undefined) fault('.url', targetIs);
  const known: readonly string[] = WEBHOOK_EVENTS;
  if (
    !Array.isArray(events) ||
    events.length === 0 ||
    // Safe cast: includes compares, and a value of another type is not found.
    !events.every((event) => known.includes(event as string))
  )
    fault('.events', `must list some of ${known.join(', ')}`);
  if (typeof secret !== 'string' || secret.length < SHORTEST_SECRET)
    fault('.secret', `must be a text of at least ${SHORTEST_SECRET} characters`);
  if (typeof own !== 'boolean') fault('.enabled', 'must be true or false');
  return {
    url: String(url),
    // Safe cast: checked above; after a fault the value is not used.
    events: (events ?? []) as string[],
    secret: String(secret),
    enabled: enabled && own === true,
  };
}
