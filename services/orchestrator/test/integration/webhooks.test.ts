import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createKeyring } from '@provisioning/auth-token';
import { builtinPolicies } from '@provisioning/policy';
import { silentLogger, createRegistry, JobRunner } from '@provisioning/runtime';
import { waitFor } from '@provisioning/test-kit';
import { webhookJobs } from '../../src/compose/api-jobs.js';
import { composeWebhooks } from '../../src/compose/webhooks.js';
import { PendingWork } from '../../src/postgres/state/pending-work.js';
import { engineFunctions } from '../support/engine-functions.js';
import { SECRET, testApi, type TestApi } from '../support/test-api.js';
import { WebhookReceiver, type Received } from '../support/webhook-receiver.js';

let api: TestApi;
let receiver: WebhookReceiver;

beforeAll(async () => {
  api = await testApi({ RATE_LIMIT_BATCH: '0', WEBHOOKS_ALLOW_PRIVATE: 'true' });
  api.jobs.start(webhookJobs(api.webhooks.sender, new PendingWork(api.database)).map(({ name }) => name));
});
afterAll(async () => {
  await api.stop();
});
beforeEach(async () => {
  receiver = new WebhookReceiver();
  await receiver.start();
});
afterEach(async () => {
  await api.database('webhooks').delete();
  await receiver.stop();
});

const admin = () => api.as('admin');
/** Another process, whose webhooks all belong to a user who may read everything. */
const OTHER_PROCESS = {
  config: { allowPrivate: true, endpoints: [] },
  keyring: createKeyring([SECRET]),
  rights: { refusalOf: () => Promise.resolve(undefined) },
};

/** Another process that delivers webhooks; it must be started. */
function otherProcess(): JobRunner {
  const { sender } = composeWebhooks(
    { database: api.database, log: silentLogger, registry: createRegistry() },
    OTHER_PROCESS,
  );
  return new JobRunner(webhookJobs(sender, new PendingWork(api.database)), { log: silentLogger });
}

const TASK_EVENTS = ['task.completed', 'task.failed', 'task.cancelled'];

async function create(more: object = {}): Promise<{ id: string; secret: string }> {
  const { body } = await admin()
    .post('/webhooks')
    .send({ url: receiver.url(), events: TASK_EVENTS, ...more })
    .expect(201);
  return body.data as { id: string; secret: string };
}

/** A workflow that has ended. */
async function ended(status: 'Completed' | 'Failed' = 'Completed'): Promise<string> {
  const { body } = await api
    .as('operator')
    .post('/workflows/servers/create')
    .send({ infra: 'hooked', settings: 'config.ncl' })
    .expect(200);
  const engine = engineFunctions(api.database);
  const worker = await engine.register();
  const attempt = (await engine.claim(body.data as string, worker))!;
  await engine.finish(body.data as string, attempt, worker, status);
  return body.data as string;
}

async function received(count: number): Promise<Received[]> {
  await waitFor(() => receiver.received.length >= count, { what: `${count} deliveries` });
  return receiver.received;
}

interface Listed {
  id: string;
  state: string;
  attempts: number;
  response_status: number | null;
  error: string | null;
  next_attempt_at: string | null;
}

async function deliveries(id: string): Promise<Listed[]> {
  const { body } = await admin().get(`/webhooks/${id}/deliveries`).expect(200);
  return body.data as Listed[];
}
const delivery = (id: string, state: string) =>
  waitFor(async () => (await deliveries(id)).find((one) => one.state === state), {
    what: `one that is ${state}`,
  });

/** As if it were due now. */
const due = () =>
  api
    .database('webhook_deliveries')
    .where({ state: 'pending' })
    .update({ next_attempt_at: new Date(0) });

/** Verified by a receiver with its own code. */
function check({ headers, body }: Received, secret: string) {
  const hmac = (text: string, key: string | Buffer = secret) => createHmac('sha256', key).update(text);
  const { signature, ...rest } = JSON.parse(body) as { signature: string };
  const seconds = String(headers['webhook-timestamp']);
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret;
  const standard = hmac(`${String(headers['webhook-id'])}.${seconds}.${body}`, key).digest('base64');
  return {
    body: signature === `sha256=${hmac(JSON.stringify(rest)).digest('hex')}`,
    standard: String(headers['webhook-signature']).split(' ').includes(`v1,${standard}`),
    plain: String(headers['x-webhook-signature'])
      .split(',')
      .includes(`v1=${hmac(`${seconds}.${body}`).digest('hex')}`),
    fresh: Math.abs(Date.now() / 1000 - Number(seconds)) < 300,
  };
}
const GENUINE = { body: true, standard: true, plain: true, fresh: true };

describe('webhooks', () => {
  it('get the end of a task in the documented form, with three signatures', async () => {
    const { secret } = await create();
    const task = await ended();
    const failed = await ended('Failed');
    // Deliveries have no order.
    const deliveries = new Map(
      (await received(2)).map((one) => [(JSON.parse(one.body) as { event: string }).event, one]),
    );
    const [first, second] = [deliveries.get('task.completed'), deliveries.get('task.failed')];
    expect(check(first!, secret)).toEqual(GENUINE);
    const guessed = `whsec_${Buffer.from('guessed').toString('base64')}`;
    expect(check(first!, guessed)).toEqual({ ...GENUINE, body: false, standard: false, plain: false });
    const payload = JSON.parse(first!.body) as Record<string, unknown>;
    expect(Object.keys(payload)).toEqual(['event', 'timestamp', 'data', 'signature']);
    expect(payload).toMatchObject({
      event: 'task.completed',
      data: { task_id: task, status: 'completed', name: 'create_servers', infra: 'hooked' },
    });
    expect(JSON.parse(second!.body)).toMatchObject({
      event: 'task.failed',
      data: { task_id: failed, status: 'failed', error: 'it failed' },
    });
    expect(first!.headers['content-type']).toBe('application/json');
  });

  it('accept secrets of any form', async () => {
    const { id, secret } = await create({ secret: 'geheim-ßecret-of-ours' });
    expect(secret).toBe('geheim-ßecret-of-ours');
    await admin().post(`/webhooks/${id}/test`).expect(200);
    const [ping] = await received(1);
    expect(check(ping!, secret)).toEqual(GENUINE);
    const { body } = await admin()
      .post('/webhooks')
      .send({ url: receiver.url(), events: TASK_EVENTS, secret: 'whsec_not-base64-at-all' })
      .expect(422);
    expect(body.details).toMatchObject([{ path: 'secret' }]);
  });

  it('get the events that they subscribed to, and no others', async () => {
    await create({ events: ['batch.cancelled', 'task.failed'] });
    await ended('Completed');
    const { body } = await api
      .as('operator')
      .post('/batch/execute')
      .send({ name: 'b', operations: [{ id: 'one', type: 'command_batch', commands: ['true'] }] })
      .expect(200);
    await api
      .as('operator')
      .post(`/batch/operations/${body.data.batch_id as string}/cancel`)
      .expect(200);
    await ended('Failed');
    await received(2);
    expect(receiver.events().sort()).toEqual(['batch.cancelled', 'task.failed']);
    const batch = receiver.received
      .map((one) => JSON.parse(one.body))
      .find(({ event }) => event === 'batch.cancelled');
    expect(batch).toMatchObject({ data: { batch_id: body.data.batch_id, status: 'cancelled', name: 'b' } });
  });

  it('get the changes of plans: what waits for approval, and what became of it', async () => {
    await create({ events: ['plan.awaiting_approval', 'plan.approved', 'plan.rejected', 'plan.stale'] });
    const plan = async () => {
      const operation = {
        id: 'a',
        type: 'server_batch',
        provider: 'local',
        infra: 'hooked',
        server_configs: [{ name: 'web', plan: 'small', zone: 'a' }],
      };
      const batch = { name: 'planned', operations: [operation] };
      return (await admin().post('/plans').send({ batch }).expect(201)).body.data.id as string;
    };
    const become = (id: string, from: string, to: string, set = {}) =>
      api.database.raw('select change_plan(?, array[?], ?, ?::jsonb, null)', [
        id,
        from,
        to,
        JSON.stringify(set),
      ]);
    // Of these only the approval is news: no policy requires one.
    const free = await plan();
    await become(free, 'Planning', 'Planned', { digest: 'sha256:1' });
    await become(free, 'Planned', 'Approved');
    await api.database('plans').where({ id: free }).update({ status: 'Executing' });
    await become(free, 'Executing', 'Approved', { error: 'planning failed' });
    const guarded = await plan();
    await become(guarded, 'Planning', 'Planned', { digest: 'sha256:2', requirements: [{ count: 1 }] });
    await become(guarded, 'Planned', 'Approved');
    await become(guarded, 'Approved', 'Planned');
    await become(guarded, 'Planned', 'Rejected');
    const sent = (await received(5)).map(
      ({ body }) => JSON.parse(body) as { event: string; data: Record<string, unknown> },
    );
    const of = (id: string) => sent.filter(({ data }) => data['plan_id'] === id).map(({ event }) => event);
    expect(of(free)).toEqual(['plan.approved']);
    expect(of(guarded).sort()).toEqual([
      ...['plan.approved', 'plan.awaiting_approval', 'plan.awaiting_approval', 'plan.rejected'],
    ]);
    expect(sent.find(({ event }) => event === 'plan.rejected')!.data).toEqual({
      plan_id: guarded,
      status: 'rejected',
      kind: 'batch',
      name: 'planned',
      infras: ['hooked'],
      digest: 'sha256:2',
      error: null,
    });
  });

  it('show their secret once, and store it encrypted', async () => {
    const { id, secret } = await create();
    expect(secret).toMatch(/^whsec_/);
    const answers = [await admin().get('/webhooks'), await admin().get(`/webhooks/${id}`)];
    for (const { text } of answers) expect(text).not.toContain('secret');
    const rows = JSON.stringify(await api.database('webhooks').select());
    expect(rows).not.toContain(secret);
    expect(rows).not.toContain(secret.slice(6));
    const history = JSON.stringify(await api.database('events').select());
    expect(history).not.toContain(secret.slice(6));
  });

  it('are listed, changed and deleted; each change is in the history for the audit trail', async () => {
    const { id } = await create({ description: 'ours' });
    await admin()
      .put(`/webhooks/${id}`)
      .send({ events: ['task.failed'], enabled: false })
      .expect(200);
    const { body } = await admin().get(`/webhooks/${id}`).expect(200);
    expect(body.data).toMatchObject({
      id,
      events: ['task.failed'],
      enabled: false,
      description: 'ours',
      source: 'api',
    });
    await ended('Failed');
    const { body: refused } = await admin().post(`/webhooks/${id}/test`).expect(409);
    expect(refused.code).toBe('webhook_disabled');
    await admin().delete(`/webhooks/${id}`).expect(200);
    for (const path of [`/webhooks/${id}`, `/webhooks/${id}/deliveries`]) await admin().get(path).expect(404);
    await admin().delete(`/webhooks/${id}`).expect(404);
    expect(receiver.received).toEqual([]);
    const recorded = await api
      .database('events')
      .whereRaw(`type = 'told' and details ->> 'resource' = ?`, [`webhooks/${id}`])
      .orderBy('seq');
    expect(recorded.map(({ details, actor }) => [details.action, actor.username])).toEqual([
      ['webhook.create', 'admin'],
      ['webhook.update', 'admin'],
      ['webhook.delete', 'admin'],
    ]);
  });

  it('created twice with one Idempotency-Key are one, with the same secret', async () => {
    const send = () =>
      admin1
        .post('/webhooks')
        .set('Idempotency-Key', 'hook')
        .send({ url: receiver.url(), events: TASK_EVENTS });
    const admin1 = admin();
    const [one, other] = [await send().expect(201), await send().expect(201)];
    expect(other.body.data).toEqual(one.body.data);
    expect(other.headers['idempotent-replayed']).toBe('true');
    expect(await api.database('webhooks').select('id')).toHaveLength(1);
  });

  it('are signed with the previous secret as well as the new one, for a day', async () => {
    // Only events that are sent by hand: the end of an earlier test's task may arrive late.
    const { id, secret: before } = await create({ events: ['batch.failed'] });
    const after = 'another-secret-of-theirs';
    await admin().put(`/webhooks/${id}`).send({ secret: after }).expect(200);
    await admin().post(`/webhooks/${id}/test`).expect(200);
    const [both] = await received(1);
    expect(check(both!, after)).toEqual(GENUINE);
    expect(check(both!, before)).toEqual({ ...GENUINE, body: false });
    const [row] = await api.database('webhooks').select('previous_until');
    const hours = (row.previous_until.getTime() - Date.now()) / 3_600_000;
    expect(Math.round(hours)).toBe(24);

    await api.database('webhooks').update({ previous_until: new Date(0) });
    await admin().post(`/webhooks/${id}/test`).expect(200);
    const [, one] = await received(2);
    expect(check(one!, after)).toEqual(GENUINE);
    expect(check(one!, before)).toEqual({ ...GENUINE, body: false, standard: false, plain: false });
  });
});

describe('a webhook of a user', () => {
  const keepers = {
    name: 'webhook_keepers',
    version: '1',
    rules: [
      { effect: 'Allow' as const, resource: 'webhooks:*', action: ['*'], condition: "user.role == 'keeper'" },
    ],
  };
  beforeAll(async () => {
    api.access.change([...builtinPolicies, keepers]);
    await api.look();
  });
  afterAll(async () => {
    api.access.change(builtinPolicies);
    await api.look();
  });
  const body = () => ({ url: receiver.url(), events: TASK_EVENTS });

  it('is changed, deleted and tested by its owner or an admin only, even where the policies allow it', async () => {
    const owner = api.as('keeper');
    const other = api.as('keeper', 'operator');
    const { body: made } = await owner.post('/webhooks').send(body()).expect(201);
    const { id, owner: name } = made.data as { id: string; owner: string };
    expect(name).toBe('keeper');
    const path = `/webhooks/${id}`;
    await owner.post(`${path}/test`).expect(200);
    await received(1);
    const { body: sent } = await other.get(`${path}/deliveries`).expect(200);
    const acts = [
      () => other.put(path).send({ url: receiver.url('/mine'), secret: 'a-secret-of-the-other' }),
      () => other.put(path).send({ events: ['batch.failed'] }),
      () => other.put(path).send({ secret: 'a-secret-of-the-other' }),
      () => other.post(`${path}/test`),
      () => other.post(`${path}/deliveries/${sent.data[0].id as string}/redeliver`),
      () => other.delete(path),
    ];
    for (const act of acts) {
      const { body: refused } = await act().expect(403);
      expect(refused).toMatchObject({
        code: 'not_owner',
        error: expect.stringContaining('belongs to keeper'),
      });
    }
    expect((await owner.get(path).expect(200)).body.data).toEqual(
      expect.objectContaining({ url: receiver.url(), events: TASK_EVENTS, enabled: true }),
    );
    expect(receiver.received).toHaveLength(1);
    await owner
      .put(path)
      .send({ events: ['task.failed'] })
      .expect(200);
    await admin().delete(path).expect(200);
  });

  it('that was created before owners were recorded is for admins', async () => {
    const owner = api.as('keeper');
    const { body: made } = await owner.post('/webhooks').send(body()).expect(201);
    const path = `/webhooks/${made.data.id as string}`;
    await api.database('webhooks').update({ owner_id: null, owner_name: null });
    const { body: refused } = await owner.delete(path).expect(403);
    expect(refused.error).toContain('has no owner. Only an admin may change or delete it');
    expect((await admin().get(path).expect(200)).body.data).toMatchObject({ owner: null, owner_id: null });
    await admin().delete(path).expect(200);
  });

  it('gets another URL only with another secret, which is the only one that signs there', async () => {
    const { id, secret } = await create({ events: ['batch.failed'] });
    const move = (more: object) =>
      admin()
        .put(`/webhooks/${id}`)
        .send({ url: receiver.url('/new'), ...more });
    for (const more of [{}, { secret }]) {
      const { body: refused } = await move(more).expect(422);
      expect(refused).toMatchObject({ code: 'secret_required', details: [{ path: 'secret' }] });
    }
    const stays = { url: receiver.url(), enabled: true };
    await admin().put(`/webhooks/${id}`).send(stays).expect(200);
    const after = 'another-secret-of-theirs';
    await move({ secret: after }).expect(200);
    await admin().post(`/webhooks/${id}/test`).expect(200);
    const [one] = await received(1);
    expect(one!.path).toBe('/new');
    expect(check(one!, after)).toEqual(GENUINE);
    expect(check(one!, secret)).toEqual({ ...GENUINE, body: false, standard: false, plain: false });
  });
});

describe('an endpoint', () => {
  const openFor = async () => {
    const [row] = await api.database('webhooks').select('open_until');
    return row.open_until === null ? 0 : (row.open_until.getTime() - Date.now()) / 1000;
  };
  const attempted = async () =>
    (await api.database('webhook_deliveries').where('attempts', '>', 0).whereNot('response_status', null))
      .length > 0;

  it.each([
    ['seconds', 429, () => '600', 600],
    ['a date', 503, () => new Date(Date.now() + 900_000).toUTCString(), 900],
    ['more than two hours', 429, () => '999999', 7_200],
  ])('that asks for a pause in %s is left alone for so long', async (_, status, header, seconds) => {
    receiver.answer = (response) => response.writeHead(status, { 'retry-after': header() }).end();
    const { id } = await create({ events: ['batch.failed'] });
    for (let n = 0; n < 2; n++) await admin().post(`/webhooks/${id}/test`).expect(200);
    await waitFor(attempted);
    await waitFor(async () => (await openFor()) > 0);
    expect(Math.abs((await openFor()) - seconds)).toBeLessThan(30);
    const [delivery] = await api.database('webhook_deliveries').whereNot('response_status', null);
    expect((delivery.next_attempt_at.getTime() - Date.now()) / 1000).toBeGreaterThan(seconds - 30);
  });

  it('that does not ask for it is retried as usual, even with the header', async () => {
    receiver.answer = (response) => response.writeHead(500, { 'retry-after': '600' }).end();
    const { id } = await create({ events: ['batch.failed'] });
    await admin().post(`/webhooks/${id}/test`).expect(200);
    await waitFor(attempted);
    expect(await openFor()).toBe(0);
  });

  it('that is gone (410) is not called again: the webhook is disabled, and says why', async () => {
    receiver.answer = (response) => response.writeHead(410).end();
    const { id } = await create({ events: ['batch.failed'] });
    await admin().post(`/webhooks/${id}/test`).expect(200);
    const disabled = await waitFor(async () => {
      const { body } = await admin().get(`/webhooks/${id}`).expect(200);
      return body.data.enabled ? undefined : (body.data as object);
    });
    const reason = 'The endpoint answered with 410 (Gone): it accepts no more deliveries.';
    expect(disabled).toMatchObject({ disabled_reason: reason });
    const { body: deliveries } = await admin().get(`/webhooks/${id}/deliveries`).expect(200);
    expect(deliveries.data).toMatchObject([{ state: 'failed', attempts: 1, response_status: 410 }]);
    const { body: refused } = await admin()
      .post(`/webhooks/${id}/deliveries/${deliveries.data[0].id as string}/redeliver`)
      .expect(409);
    expect(refused.error).toContain(reason);
    const [event] = await api
      .database('events')
      .whereRaw(`details ->> 'action' = 'webhook.disable' and details ->> 'resource' = ?`, [
        `webhooks/${id}`,
      ]);
    expect(event.details).toMatchObject({ reason });
    receiver.answer = (response) => response.end();
    await admin().put(`/webhooks/${id}`).send({ enabled: true }).expect(200);
    await admin().post(`/webhooks/${id}/test`).expect(200);
    await received(2);
    expect((await admin().get(`/webhooks/${id}`)).body.data).toMatchObject({
      enabled: true,
      disabled_reason: null,
    });
  });
});

describe('deliveries', () => {
  it('are retried until they are accepted, under the same id and with the same body', async () => {
    const { id, secret } = await create();
    receiver.answer = (response) => response.writeHead(receiver.received.length < 3 ? 500 : 204).end();
    await ended();
    await received(1);
    await waitFor(async () => (await deliveries(id))[0]?.response_status === 500);
    const [waiting] = await deliveries(id);
    expect(waiting).toMatchObject({
      state: 'pending',
      attempts: 1,
      error: 'The endpoint answered with 500.',
    });
    expect(waiting!.next_attempt_at).not.toBeNull();
    for (const attempt of [2, 3]) {
      await waitFor(async () => (await due(), receiver.received.length >= attempt));
    }
    expect(await delivery(id, 'delivered')).toMatchObject({ attempts: 3, response_status: 204, error: null });
    const seen = receiver.received.map(({ headers, body }) => [headers['webhook-id'], body]);
    expect(new Set(seen.map(([one]) => one)).size).toBe(1);
    expect(new Set(seen.map(([, body]) => body)).size).toBe(1);
    for (const one of receiver.received) expect(check(one, secret)).toEqual(GENUINE);
  });

  it('are sent again by hand under the same id', async () => {
    const { id } = await create();
    const { body } = await admin().post(`/webhooks/${id}/test`).expect(200);
    await delivery(id, 'delivered');
    const again = `/webhooks/${id}/deliveries/${body.data as string}/redeliver`;
    const caller = admin();
    await caller.post(again).set('Idempotency-Key', 'again').expect(200);
    await received(2);
    await caller.post(again).set('Idempotency-Key', 'again').expect(200); // the answer was lost
    await delivery(id, 'delivered');
    const [first, second] = receiver.received;
    expect(first!.headers['webhook-id']).toBe(body.data);
    expect(second!.headers['webhook-id']).toBe(body.data);
    expect(second!.body).toBe(first!.body);
    const unknown = '0199a1b2-0000-7000-8000-000000000000';
    await admin().post(`/webhooks/${id}/deliveries/${unknown}/redeliver`).expect(404);
    expect(receiver.received).toHaveLength(2);
  });

  it('are dropped after a day', async () => {
    const { id } = await create();
    receiver.answer = (response) => response.writeHead(500).end();
    await ended();
    await received(1);
    await waitFor(async () => (await deliveries(id))[0]?.response_status === 500);
    await api
      .database('webhook_deliveries')
      .update({ expires_at: new Date(0), next_attempt_at: new Date(0) });
    expect(await delivery(id, 'failed')).toMatchObject({ response_status: 500, next_attempt_at: null });
  });

  it('wait while their endpoint is failing, for all processes; one is sent as a test, then all', async () => {
    const other = otherProcess();
    other.start();
    try {
      const { id } = await create();
      receiver.answer = (response) => response.writeHead(503).end();
      for (let count = 0; count < 12; count++) await admin().post(`/webhooks/${id}/test`).expect(200);
      const breaker = async () => (await api.database('webhooks').where({ id }).first()) as Breaker;
      await waitFor(async () => (await due(), (await breaker()).failures >= 5));
      // Longer than this test takes.
      await api
        .database('webhooks')
        .where({ id })
        .update({ open_until: new Date(Date.now() + 600_000) });
      // Deliveries in progress when it opens still arrive.
      await waitFor(async () => (await underWay(id)) === 0);
      const before = receiver.received.length;
      await due();
      expect(
        await api.database.raw('select * from claim_deliveries(array[]::uuid[], 9, 20, 5)'),
      ).toMatchObject({
        rows: [],
      });
      expect(receiver.received).toHaveLength(before);

      // Its pause is over: of all due deliveries, one is sent.
      let release: () => void = () => undefined;
      receiver.answer = (response) => void (release = () => response.end());
      await api.database('webhooks').update({ open_until: new Date(0) });
      await received(before + 1);
      expect(
        await api.database.raw('select * from claim_deliveries(array[]::uuid[], 9, 20, 5)'),
      ).toMatchObject({
        rows: [],
      });
      expect(receiver.received).toHaveLength(before + 1);
      receiver.answer = (response) => response.end();
      release();
      await waitFor(
        async () => (await due(), (await deliveries(id)).every(({ state }) => state === 'delivered')),
      );
      expect(await breaker()).toMatchObject({ failures: 0, open_until: null });
    } finally {
      await other.stop();
    }
  });

  it('contain what the owner of the webhook may read when they are sent', async () => {
    const infra = 'hooked';
    api.access.change([
      ...builtinPolicies,
      {
        name: 'no_hooks',
        version: '1',
        rules: [
          {
            effect: 'Deny',
            resource: `servers:${infra}`,
            action: ['*'],
            condition: "user.role == 'limited'",
          },
        ],
      },
    ]);
    await api.look();
    const { id } = await create();
    let ends = 0;
    const endOne = async () => {
      await ended();
      ends += 1;
    };
    const [{ owner_id: owner }] = await api.database('webhooks').where({ id }).select('owner_id');
    try {
      await endOne();
      await received(1);
      api.access.known.set(owner, { roles: ['operator', 'limited'] });
      // The owner's rights are cached for some seconds.
      const withheld = await waitFor(
        async () => {
          await endOne();
          return (await deliveries(id)).find(({ state }) => state === 'failed');
        },
        { what: 'a delivery that is withheld' },
      );
      expect(withheld).toMatchObject({
        response_status: null,
        next_attempt_at: null,
        error: 'Not sent: the owner of the webhook may not read its task, batch or plan.',
      });
      expect(receiver.received.map(({ body }) => JSON.stringify(body))).not.toContain(withheld!.id);
      // A ping has no subject that could be denied.
      await admin().post(`/webhooks/${id}/test`).expect(200);
      await waitFor(() => receiver.received.some(({ body }) => JSON.stringify(body).includes('ping')));
      api.access.known.set(owner, { enabled: false });
      await waitFor(
        async () => {
          await endOne();
          return (await deliveries(id)).some(({ error }) => /disabled or deleted/.test(error ?? ''));
        },
        { what: 'a delivery of a disabled owner' },
      );
      // Tasks that ended meanwhile belong to this test, not to the webhook of the next one.
      await waitFor(async () => {
        const [row] = await api.database('webhook_deliveries').where({ webhook_id: id }).count({ n: '*' });
        return Number(row!['n']) === ends + 1;
      });
    } finally {
      api.access.known.delete(owner);
      api.access.change(builtinPolicies);
      await api.look();
    }
  });

  it('are not sent twice by several processes', async () => {
    const others = [1, 2, 3].map(() => otherProcess());
    for (const other of others) other.start();
    try {
      const { id } = await create();
      const tasks = await Promise.all(Array.from({ length: 20 }, () => checked()));
      await waitFor(async () => {
        const all = await deliveries(id);
        return all.length >= tasks.length && all.every(({ state }) => state === 'delivered');
      });
      const delivered = receiver.received.map(
        ({ body }) => (JSON.parse(body) as { data: { task_id: string } }).data.task_id,
      );
      expect(delivered.sort()).toEqual(tasks.sort());
    } finally {
      await Promise.all(others.map((other) => other.stop()));
    }
  });
});

interface Breaker {
  failures: number;
  open_until: Date | null;
}

/** Attempts that were begun and have not reached the receiver. */
async function underWay(id: string): Promise<number> {
  const [row] = await api
    .database('webhook_deliveries')
    .where({ webhook_id: id })
    .sum({ attempts: 'attempts' });
  return Number(row?.['attempts']) - receiver.received.length;
}

/** A workflow in check mode that has ended: it waits for no lock. */
async function checked(): Promise<string> {
  const { body } = await api
    .as('operator')
    .post('/workflows/servers/create')
    .send({ infra: 'hooked', settings: 'config.ncl', check_mode: true })
    .expect(200);
  const engine = engineFunctions(api.database);
  const worker = await engine.register();
  const attempt = (await engine.claim(body.data as string, worker))!;
  await engine.finish(body.data as string, attempt, worker, 'Completed');
  return body.data as string;
}
