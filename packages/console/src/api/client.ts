import { ProvisioningClient } from '@provisioning/client';
import { CONTROL_CENTER, ORCHESTRATOR, OWN_HEADERS } from './base.js';
import { budgetedFetch } from './budget.js';

/** Both services, through the gateway: the cookie of the session comes along by itself. */
export const client = clientWith(budgetedFetch);

function clientWith(fetch: typeof globalThis.fetch): ProvisioningClient {
  return new ProvisioningClient(ORCHESTRATOR, undefined, {
    controlCenterUrl: CONTROL_CENTER,
    headers: OWN_HEADERS,
    fetch,
    // Queries are repeated by the query client; acts by the person, with the same Idempotency-Key.
    retries: 0,
  });
}

/** Makes one call and returns the last part of the `Location` of its response: the id of what was created. */
export async function idOfCreated(call: (client: ProvisioningClient) => Promise<unknown>): Promise<string> {
  let location: string | null = null;
  const noting = clientWith(async (...args) => {
    const response = await budgetedFetch(...args);
    location = response.headers.get('location');
    return response;
  });
  await call(noting);
  return (
    String(location ?? '')
      .split('/')
      .at(-1) ?? ''
  );
}
