import { ProvisioningClient } from '@provisioning/client';
import { CONTROL_CENTER, ORCHESTRATOR, OWN_HEADERS } from './base.js';
import { budgetedFetch } from './budget.js';

/** Both services, through the gateway: the cookie of the session comes along by itself. */
export const client = new ProvisioningClient(ORCHESTRATOR, undefined, {
  controlCenterUrl: CONTROL_CENTER,
  headers: OWN_HEADERS,
  fetch: budgetedFetch,
  // Queries are repeated by the query client; acts by the person, with the same Idempotency-Key.
  retries: 0,
});
