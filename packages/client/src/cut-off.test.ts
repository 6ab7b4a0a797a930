import { afterEach, describe, expect, it } from '@jest/globals';
import { CUTS, CuttingServer, whole } from '../test/support/cutting-server.js';
import { ProvisioningClient } from './client.js';
import { ProvisioningError } from './error.js';

const ID = '01999999-0000-7000-8000-000000000001';
const BATCH = { batch_id: ID, status: 'Pending', operations: [] };
const BODY = JSON.stringify({ success: true, data: BATCH });
const body = {
  name: 'b',
  operations: [{ id: 'one', type: 'taskserv_batch' as const, provider: 'local', taskservs: ['kubernetes'] }],
};

let server: CuttingServer | undefined;
afterEach(() => server?.stop());

async function clientOf(answer: (nth: number) => string, options: object = {}) {
  server = await CuttingServer.start(answer);
  const client = new ProvisioningClient(server.url, 't', { baseDelay: 0.001, ...options });
  return { client, received: server.received };
}

async function errorOf(promise: Promise<unknown>): Promise<ProvisioningError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ProvisioningError) return error;
  throw new Error(`not a ProvisioningError: ${String(error)}`);
}

const keysOf = (received: readonly string[]) =>
  received.map((request) => /^idempotency-key: (.+)$/im.exec(request)?.[1]);

describe.each(Object.entries(CUTS))('a response that ends %s', (_how, cut) => {
  it('is retried with the same Idempotency-Key', async () => {
    const { client, received } = await clientOf((nth) => (nth < 3 ? cut(BODY) : whole(BODY)));
    expect(await client.orchestrator.executeBatch({ body })).toEqual(BATCH);
    const keys = keysOf(received);
    expect(keys).toHaveLength(3);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(keys).size).toBe(1);
  });

  it('is retried for a read', async () => {
    const { client, received } = await clientOf((nth) => (nth < 2 ? cut(BODY) : whole(BODY)));
    expect(await client.orchestrator.getBatch({ params: { id: ID } })).toEqual(BATCH);
    expect(received).toHaveLength(2);
  });

  it('fails without a retry for a non-idempotent request and states that it may have been executed', async () => {
    const { client, received } = await clientOf(() => cut(BODY));
    const error = await errorOf(client.orchestrator.cancelTask({ params: { id: ID } }));
    expect(error).toMatchObject({ status: 0, code: 'network_error' });
    expect(error.message).toMatch(
      /^127\.0\.0\.1:\d+ closed the connection during its response\. The request may have been executed\.$/,
    );
    expect(received).toHaveLength(1);
  });

  it('is a failure if every attempt ends like this', async () => {
    const { client, received } = await clientOf(() => cut(BODY), { retries: 2 });
    const error = await errorOf(client.orchestrator.getBatch({ params: { id: ID } }));
    expect(error.code).toBe('network_error');
    expect(error.message).toMatch(/^127\.0\.0\.1:\d+ closed the connection during its response\.$/);
    expect(received).toHaveLength(3);
  });
});

it('keeps the status of an error response with an incomplete body', async () => {
  const refusal = CUTS['before the length that was promised']!(BODY).replace('200 OK', '404 Not Found');
  const { client } = await clientOf(() => refusal);
  expect(await errorOf(client.orchestrator.getBatch({ params: { id: ID } }))).toMatchObject({
    status: 404,
    code: 'http_404',
  });
});
