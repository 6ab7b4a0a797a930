import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder, waitFor } from '@provisioning/test-kit';
import { v7 as uuidv7 } from 'uuid';
import { ApiProcess } from '../support/api-process.js';
import { testPlatform } from '../support/platform.js';
import { testApi, type TestApi } from '../support/test-api.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';
import { webhookJobs } from '../../src/compose/api-jobs.js';
import { PendingWork } from '../../src/postgres/state/pending-work.js';
import { JobRunner, silentLogger } from '@provisioning/runtime';

/** The answers of the DNS, which a test can change at any moment. */
const dns = new Map<string, string[]>();
let api: TestApi;

beforeAll(async () => {
  api = await testApi(
    {},
    {
      resolve: (name) => {
        const addresses = dns.get(name);
        if (!addresses) return Promise.reject(new Error(`no such name: ${name}`));
        return Promise.resolve(
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
      },
    },
  );
});
afterAll(() => api.stop());

const create = (url: string) =>
  api
    .as('admin')
    .post('/webhooks')
    .send({ url, events: ['task.failed'] });

describe('targets of webhooks', () => {
  it('that are private are refused at creation, with the reason, and audited', async () => {
    dns.set('inside.example', ['10.0.0.1']);
    dns.set('two.example', ['8.8.8.8', '::ffff:127.0.0.1']);
    for (const url of [
      ...['https://127.0.0.1/', 'https://[::1]/', 'https://169.254.169.254/', 'https://localhost/'],
      ...[
        'https://inside.example/',
        'https://two.example/',
        'https://a:b@example.com/',
        'https://example.com:22/',
      ],
      ...['http://example.com/'],
    ]) {
      const { body } = await create(url).expect(422);
      expect(body).toMatchObject({ code: 'target_refused', details: [{ path: 'url' }] });
    }
    const refused = await api.database('events').where({ type: 'refused' });
    expect(refused).toHaveLength(9);
    expect(refused[0]).toMatchObject({
      status: 'Refused',
      details: { action: 'webhook.create', code: 'target_refused' },
    });
    const { body } = await create('https://unknown.example/').expect(201); // looked at when it is sent to
    await api
      .as('admin')
      .put(`/webhooks/${body.data.id as string}`)
      .send({ url: 'https://inside.example/' })
      .expect(422);
  });

  it('that become private later receive nothing; that is logged, and audited as denied', async () => {
    dns.set('rebound.example', ['8.8.8.8']);
    const { body } = await create('https://rebound.example/').expect(201);
    const id = body.data.id as string;
    dns.set('rebound.example', ['127.0.0.1']);
    await api.as('admin').post(`/webhooks/${id}/test`).expect(200);
    const jobs = new JobRunner(webhookJobs(api.webhooks.sender, new PendingWork(api.database)), {
      log: silentLogger,
    });
    jobs.start();
    const delivery = await waitFor(async () => {
      const { body: listed } = await api.as('admin').get(`/webhooks/${id}/deliveries`).expect(200);
      return listed.data.find(({ error }: { error: string | null }) => error !== null);
    });
    await jobs.stop();
    expect(delivery).toMatchObject({ state: 'pending', response_status: null, attempts: 1 });
    expect(delivery.error).toContain('must not lead to a loopback, private');
    expect(delivery.error).not.toContain('127.0.0.1');
    const [denied] = await api.database('events').where({ type: 'refused', status: 'Denied' });
    expect(denied.details).toMatchObject({ action: 'webhook.deliver', resource: `webhooks/${id}` });
  });
});

it('an attempt whose process is killed -9 is repeated by another, under the same id', async () => {
  const platform = await testPlatform();
  const home = await temporaryFolder('webhooks');
  const receiver = new WebhookReceiver();
  await receiver.start();
  const config = join(home.path, 'config.toml');
  writeFileSync(
    config,
    `[webhooks]
     enabled = true
     [[webhooks.endpoints]]
     url = "${receiver.url()}"
     events = ["task.failed", "task.cancelled"]
     secret = "webhook-secret"`,
  );
  const [first, second] = [1, 2].map(
    () =>
      new ApiProcess({
        DATABASE_URL: platform.databaseUrl,
        REDIS_URL: undefined,
        PROVISIONING_DATA_DIR: home.path,
        PROVISIONING_CONFIG: config,
        WEBHOOKS_ALLOW_PRIVATE: 'true',
      }),
  ) as [ApiProcess, ApiProcess];
  try {
    receiver.answer = () => undefined; // it has taken it, and its answer is on its way
    await first.start();
    const hook = await waitFor(() => platform.database('webhooks').first('id', 'source'));
    expect(hook.source).toBe('configuration');
    const task = await platform.submit('true', { infra: uuidv7() });
    await platform.store.cancel(task, 'ada');
    await waitFor(() => receiver.received.length === 1);
    await first.kill();

    receiver.answer = (response) => response.end();
    await second.start();
    // As if the time had passed after which the attempt counts as lost.
    await platform.database('webhook_deliveries').update({ next_attempt_at: new Date(0) });
    await waitFor(() => receiver.received.length === 2);
    const state = () => platform.database('webhook_deliveries').first('state', 'attempts');
    await waitFor(async () => (await state()).state === 'delivered');
    expect(await state()).toEqual({ state: 'delivered', attempts: 2 });
    const [one, other] = receiver.received;
    expect(other!.headers['webhook-id']).toBe(one!.headers['webhook-id']);
    expect(other!.body).toBe(one!.body);
    // The same endpoint after the start, not a second one.
    expect(await platform.database('webhooks').select('id')).toEqual([{ id: hook.id }]);
  } finally {
    await first.stop();
    await second.stop();
    await receiver.stop();
    await platform.stop();
    await home.remove();
  }
});
