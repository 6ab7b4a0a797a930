import { rowsOf } from '@provisioning/runtime';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { v7 as uuidv7 } from 'uuid';
import { follow, refusal, type EventClient } from '../support/event-client.js';
import { liveApis, type LiveApis } from '../support/live-apis.js';

let apis: LiveApis;
let first: string;
let second: string;

beforeAll(async () => {
  apis = await liveApis(2);
  [first, second] = apis.urls as [string, string];
});
afterAll(() => apis.stop());

const viewer = () => ({ token: apis.token(['viewer']) });
const post = (path: string, token: string, body?: object) =>
  fetch(first + path, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });

describe('a published event', () => {
  it('is the same at every API process, as documented', async () => {
    const clients = await Promise.all([follow(first, viewer()), follow(second, viewer())]);
    const answer = await post('/workflows/servers/create', apis.token(['operator']), {
      infra: 'production',
      settings: 'config.ncl',
      check_mode: false,
      wait: true,
    });
    const { data: taskId } = (await answer.json()) as { data: string };
    const last = String(await apis.record({ taskId, type: 'finished', status: 'Completed' }));
    const seen = await Promise.all(
      clients.map(async (client) => {
        await client.sees(({ id }) => id === last);
        await client.leave();
        return client.events.filter(({ metadata }) => metadata['task_id'] === taskId);
      }),
    );
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]).toMatchObject([
      {
        event_type: 'TaskStatusChanged',
        data: { task_id: taskId, status: 'pending', name: 'create_servers', infra: 'production' },
        metadata: { task_id: taskId, status: 'pending' },
      },
      { id: last, data: { status: 'completed' }, metadata: { task_id: taskId, status: 'completed' } },
    ]);
  });

  it('arrives in the order of the ids, each once, over a disconnect and at another process', async () => {
    const query = viewer();
    const all = await follow(first, query);
    let client = await follow(first, query);
    const recorded: string[] = [];
    const mine = new Set<string>();
    const seen: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      for (let n = 0; n < 20; n += 1) recorded.push(String(await apis.record()));
      await client.sees(({ id }) => id === recorded.at(-5));
      client.socket.terminate();
      await client.closed;
      seen.push(...client.events.map(({ id }) => id!));
      for (let n = 0; n < 20; n += 1) recorded.push(String(await apis.record()));
      client = await follow(round % 2 ? first : second, { ...query, last_event_id: seen.at(-1)! });
    }
    await client.sees(({ id }) => id === recorded.at(-1));
    seen.push(...client.events.map(({ id }) => id!));
    await all.sees(({ id }) => id === recorded.at(-1));
    for (const id of recorded) mine.add(id);
    expect(seen.filter((id) => mine.has(id))).toEqual(recorded);
    expect(all.events.map(({ id }) => id)).toEqual(seen);
    await Promise.all([client.leave(), all.leave()]);
  });

  it('reports the log, progress and the health of the platform', async () => {
    const taskId = await apis.task('logs');
    const client = await follow(first, { ...viewer(), last_event_id: '0' });
    await apis.database.raw(
      `insert into task_logs (task_id, attempt, first_line, line_count, text, at) values (?, 1, 1, 2, e'one\\ntwo', now())`,
      [taskId],
    );
    expect((await client.sees(({ event_type: type }) => type === 'LogEntry')).data).toEqual({
      task_id: taskId,
      attempt: 1,
      first_line: 1,
      line_count: 2,
      text: 'one\ntwo',
    });
    await apis.database.raw(`select record_progress(?, 1, 4, 1, 'boot', true)`, [taskId]);
    const progress = await client.sees(
      ({ event_type: type, metadata }) => type === 'WorkflowProgressUpdate' && metadata['task_id'] === taskId,
    );
    expect(progress.data).toMatchObject({ workflow_id: taskId, progress: 25, current_step: 'boot' });
    const health = await client.sees(({ event_type: type }) => type === 'SystemHealthUpdate');
    expect(health).toMatchObject({
      data: { overall: 'Unhealthy', components: { batch_coordinator: expect.any(String) } },
      metadata: { status: 'unhealthy' },
    });
    await client.leave();
  });

  it('follows a notice when not all requested events can be sent', async () => {
    const day = "date_trunc('day', now(), 'UTC') - interval";
    const [old] = await rowsOf<{ seq: string }>(
      apis.database,
      `insert into events (task_id, attempt, type, status, at)
         values (gen_random_uuid(), 1, 'ready', 'Ready', ${day} '2 hours') returning seq`,
    );
    const late = await follow(first, { ...viewer(), last_event_id: String(Number(old!.seq) - 1) });
    expect(await late.receives(({ code }) => code === 'events_missed')).toMatchObject({ success: false });
    await late.leave();
    const unknown = await follow(first, { ...viewer(), last_event_id: '999999999' });
    expect(await unknown.receives(({ code }) => code === 'events_missed')).toMatchObject({ success: false });
    await apis.record();
    await unknown.sees(() => true);
    await unknown.leave();
  });
});

describe('filters', () => {
  it('can be sent, changed, and given with the address', async () => {
    const [mine, other] = [await apis.task('filter-a'), await apis.task('filter-b')];
    const sent = await follow(first, viewer());
    const addressed = await follow(first, {
      ...viewer(),
      task_id: mine,
      event_types: 'TaskStatusChanged,LogEntry',
    });
    sent.send({ subscribe: { event_types: ['TaskStatusChanged'], task_id: mine } });
    await sent.receives(({ subscribed }) => subscribed !== undefined);
    await apis.record({ taskId: other });
    await apis.record({ taskId: mine, type: 'progress', details: { total_steps: 2, completed_steps: 1 } });
    const id = String(await apis.record({ taskId: mine }));
    for (const client of [sent, addressed]) {
      await client.sees((event) => event.id === id);
      // It may have followed before the last earlier event was delivered.
      expect(client.events.filter(({ data }) => data['change'] !== 'submitted')).toMatchObject([{ id }]);
    }
    sent.send({ subscribe: { event_types: [] } });
    await sent.receives(({ subscribed }) => JSON.stringify(subscribed) === '{"event_types":[]}');
    const next = String(await apis.record({ taskId: other }));
    await sent.sees((event) => event.id === next);
    await Promise.all([sent.leave(), addressed.leave()]);
  });

  it('that are invalid are answered with an error, and a client that repeats them is closed', async () => {
    const client = await follow(first, viewer());
    client.send('{');
    expect(await client.receives(({ code }) => code === 'malformed')).toMatchObject({ success: false });
    client.send({ subscribe: { event_types: ['Nonsense'] } });
    expect(await client.receives(({ code }) => code === 'validation_failed')).toMatchObject({
      details: [{ path: expect.stringContaining('event_types') as unknown }],
    });
    for (let n = 0; n < 3; n += 1) client.send({ hello: 'there' });
    expect((await client.closed).code).toBe(1008);
  });

  it('a client that sends much, binary data, or more than 64 KiB at once is closed', async () => {
    const [many, binary, large] = await Promise.all([1, 2, 3].map(() => follow(first, viewer())));
    for (let n = 0; n < 100; n += 1) many!.send({ subscribe: { event_types: [] } });
    expect((await many!.closed).code).toBe(1008);
    binary!.socket.send(Buffer.from('{}'));
    expect((await binary!.closed).code).toBe(1003);
    large!.send('x'.repeat(65 * 1024));
    expect((await large!.closed).code).toBe(1009);
  });
});

describe('permissions to follow', () => {
  it('are checked before the connection opens, with the envelope and the status of any operation', async () => {
    const cases: [Record<string, string>, Record<string, string>, number, string][] = [
      [{}, {}, 401, 'token_missing'],
      [{ token: 'nonsense' }, {}, 401, 'token_invalid'],
      [{ token: apis.token(['viewer'], { lifetime: -60 }) }, {}, 401, 'token_expired'],
      [{ ticket: 'nonsense' }, {}, 401, 'ticket_invalid'],
      [{ token: apis.token(['auditor']) }, {}, 403, 'forbidden'],
      [viewer(), { Origin: 'https://evil.example' }, 403, 'origin_not_allowed'],
      [{ ...viewer(), event_types: 'Nonsense' }, {}, 400, 'bad_parameter'],
      [{ ...viewer(), last_event_id: 'x' }, {}, 400, 'bad_parameter'],
      [{ ...viewer(), infra: 'staging' }, {}, 400, 'bad_parameter'],
      [{ ...viewer(), task_id: '\0' }, {}, 400, 'bad_parameter'],
    ];
    for (const [query, headers, status, code] of cases) {
      const refused = await refusal(first, query, headers);
      expect([refused.status, refused.body]).toMatchObject([status, { success: false, code }]);
      expect(refused.body['request_id']).toEqual(refused.headers['x-request-id']);
    }
    const plain = await fetch(`${first}/ws`);
    expect([plain.status, ((await plain.json()) as { code: string }).code]).toEqual([
      400,
      'upgrade_required',
    ]);
  });

  it('accept the token of the header, and an origin of the list', async () => {
    const Authorization = `Bearer ${apis.token(['viewer'])}`;
    const client = await follow(first, {}, { Authorization, Origin: 'https://console.example.com' });
    await client.leave();
  });

  it('open one connection with a ticket, at any process, for 30 s', async () => {
    const answer = await post('/ws/ticket', apis.token(['viewer']));
    const { data } = (await answer.json()) as { data: { ticket: string; expires_at: string } };
    const tries = await Promise.allSettled([
      follow(first, { ticket: data.ticket }),
      follow(second, { ticket: data.ticket }),
    ]);
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    for (const one of tries) if (one.status === 'fulfilled') await one.value.leave();
    expect((await refusal(second, { ticket: data.ticket })).body['code']).toBe('ticket_invalid');

    const late = (await (await post('/ws/ticket', apis.token(['viewer']))).json()) as typeof answer & {
      data: { ticket: string };
    };
    await apis.database.raw(`update ws_tickets set expires_at = now() - interval '1 second'`);
    expect((await refusal(first, { ticket: late.data.ticket })).status).toBe(401);
    expect((await post('/ws/ticket', apis.token(['auditor']))).status).toBe(403);
  });

  it('refuse the ticket of a user who was signed out in the meantime', async () => {
    const userId = uuidv7();
    const ticketOf = async () => {
      const answer = await post('/ws/ticket', apis.token(['viewer'], { userId }));
      return ((await answer.json()) as { data: { ticket: string } }).data.ticket;
    };
    const [used, late] = [await ticketOf(), await ticketOf()];
    const client = await follow(second, { ticket: used });
    apis.revoke(userId);
    expect((await client.closed).code).toBe(4401);
    expect((await refusal(second, { ticket: late })).body['code']).toBe('ticket_invalid');
  });

  it('filter out what a policy denies, and are evaluated again when the policies change', async () => {
    const infra = 'secret-infra';
    const task = await apis.task(infra);
    const client = await follow(first, viewer());
    const before = String(await apis.record({ taskId: task }));
    await client.sees(({ id }) => id === before);
    for (const rule of [
      { resource: `servers:${infra}` },
      { resource: `tasks:${task}` },
      { resource: 'tasks:*', condition: `has(context.infra) && context.infra == '${infra}'` },
    ]) {
      await apis.setPolicies([
        { name: 'deny', version: '1.0.0', rules: [{ effect: 'Deny', action: ['read'], ...rule }] },
      ]);
      const hidden = String(await apis.record({ taskId: task }));
      const shown = String(await apis.record());
      await client.sees(({ id }) => id === shown);
      expect(client.events.map(({ id }) => id)).not.toContain(hidden);
      const resumed = await follow(second, { ...viewer(), last_event_id: before });
      await resumed.sees(({ id }) => id === shown);
      expect(resumed.events.map(({ id }) => id)).not.toContain(hidden);
      await resumed.leave();
    }
    await apis.setPolicies([]);
    const again = String(await apis.record({ taskId: task }));
    await client.sees(({ id }) => id === again);
    await client.leave();
  });

  it('end with 4401 when the user is signed out, and when the token expires', async () => {
    const userId = uuidv7();
    const [revoked, ending, other] = await Promise.all([
      follow(first, { token: apis.token(['viewer'], { userId }) }),
      follow(second, { token: apis.token(['viewer'], { lifetime: 1 }) }),
      follow(first, viewer()),
    ]);
    apis.revoke(userId);
    expect((await revoked.closed).code).toBe(4401);
    expect((await ending.closed).code).toBe(4401);
    expect(other.socket.readyState).toBe(other.socket.OPEN);
    await other.leave();
  });

  it('limit a user to ten connections', async () => {
    const token = apis.token(['viewer']);
    const clients = await Promise.all(Array.from({ length: 10 }, () => follow(first, { token })));
    const eleventh = await follow(first, { token });
    expect((await eleventh.closed).code).toBe(4429);
    await clients[0]!.leave();
    // The disconnect may be noticed a moment later.
    const again = (await waitFor(async () => {
      const client = await follow(first, { token });
      const id = String(await apis.record());
      const seen = client
        .sees((event) => event.id === id)
        .then(
          () => client,
          () => undefined,
        );
      return Promise.race([seen, client.closed.then(() => undefined)]);
    })) as EventClient;
    await Promise.all([...clients.slice(1), again].map((client) => client.leave()));
  });
});

it('closes a slow reader with 1013, and buffers nothing for it', async () => {
  const [slow, quick] = [await follow(first, viewer()), await follow(first, viewer())];
  slow.socket.pause();
  const taskId = await apis.task('flood');
  let last = '';
  const closes = async () =>
    /event_clients_closed_total\{transport="websocket",code="1013"\} 1/.test(await apis.metrics(0));
  for (let line = 1; !(await closes()); line += 50) {
    await apis.database.raw(
      `insert into task_logs (task_id, attempt, first_line, line_count, text, at)
         select ?, 1, n, 1, repeat('x', 30000), now() from generate_series(?::int, ?::int) n`,
      [taskId, line, line + 49],
    );
    last = String(await apis.record());
    await quick.sees(({ id }) => id === last);
  }
  slow.socket.resume();
  expect((await slow.closed).code).toBe(1013);
  const seen = quick.events.map(({ id }) => Number(id));
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  await quick.leave();
  expect(await apis.metrics(0)).toMatch(/orchestrator_event_feed_lag_seconds_count [1-9]/);
});
