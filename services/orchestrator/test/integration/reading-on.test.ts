import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { orchestratorOperations } from '@provisioning/contracts';
import { v7 as uuidv7 } from 'uuid';
import { testApi, type TestApi } from '../support/test-api.js';

type Item = Record<string, unknown>;

const ROWS = 7;
const SERVERS = { infra: 'production', settings: 'config.ncl' };
const BATCH = {
  name: 'paged',
  operations: [
    {
      id: 'one',
      type: 'server_batch',
      provider: 'local',
      server_configs: [{ name: 'web', plan: 'small', zone: 'a' }],
    },
  ],
};

let api: TestApi;
let webhook: string;
let task: string;

beforeAll(async () => {
  api = await testApi();
  const make = async (path: string, body: object) => (await api.as('admin').post(path).send(body)).body.data;
  const hook = { url: 'https://93.184.215.14/hook', events: ['task.failed'] };
  for (let n = 0; n < ROWS; n++) {
    task = await make('/workflows/servers/create', { ...SERVERS, infra: `infra-${n}` });
    await make('/batch/execute', BATCH);
    await make('/plans', { batch: BATCH });
    await make('/rollback/checkpoints', { name: `checkpoint ${n}` });
    webhook = (await make('/webhooks', hook)).id;
    await api.database.raw(
      `insert into resources values (?, 'taskserv', ?, 'local', 'local', '{}', 1, ?, now(), now())`,
      [`infra-${n % 3}`, `web-${n}/kubernetes`, task],
    );
    await api.database.raw(
      `insert into journal (task_id, attempt, state, change, infra, kind, name, provider, driver)
       values (?, 1, 'done', 'create', 'infra', 'server', ?, 'local', 'local')`,
      [task, `web-${n}`],
    );
  }
  for (let n = 0; n < ROWS; n++) {
    const rollback = { id: uuidv7(), kind: 'rollback', scope: { kind: 'operations' }, impossible: [] };
    await api.database.raw(
      `insert into batches select (jsonb_populate_record(b, ?::jsonb)).* from batches b where kind = 'batch' limit 1`,
      [JSON.stringify(rollback)],
    );
    await api.database.raw(
      `insert into webhook_deliveries (id, webhook_id, event, event_at, data) values (?, ?, 'ping', now(), '{}')`,
      [uuidv7(), webhook],
    );
    await api.database.raw(`select record_event(?, null, 1, 'ready', 'Pending', '{}')`, [task]);
  }
});
afterAll(() => api.stop());

const get = (path: string, query: Record<string, unknown>) => api.as('admin').get(path).query(query);
const nextOf = (link: string | undefined) => /<([^>]*)>; rel="next"/.exec(link ?? '')?.[1];

/** Each list, and the table and the column that hold its items by the member of its cursor. */
const lists = (): Record<string, { path: string; table: string; column?: string; query?: object }> => ({
  listTasks: { path: '/tasks', table: 'tasks', query: { status: 'Pending' } },
  listBatches: { path: '/batch/operations', table: 'batches' },
  listCheckpoints: { path: '/rollback/checkpoints', table: 'checkpoints' },
  listWebhooks: { path: '/webhooks', table: 'webhooks' },
  listWebhookDeliveries: { path: `/webhooks/${webhook}/deliveries`, table: 'webhook_deliveries' },
  listWorkflowSnapshots: { path: `/state/workflows/${task}/snapshots`, table: 'events' },
  listInventory: { path: '/state/inventory', table: 'resources', column: 'name' },
  listJournal: { path: '/state/journal', table: 'journal', column: 'seq' },
  listInfras: { path: '/infras', table: 'locks', column: 'infra' },
  listLocks: { path: '/state/locks', table: 'locks', column: 'infra' },
  listPlans: { path: '/plans', table: 'plans' },
  listRollbacks: { path: '/rollback', table: 'batches' },
});
const cursors = orchestratorOperations.flatMap(({ id, success: { list } }) =>
  list ? [[id, list] as const] : [],
);

describe.each(cursors)('%s', (id, { parameter, member }) => {
  const list = () => lists()[id]!;
  const keysOf = (body: { data: Item[] }) => body.data.map((item) => String(item[member]));

  it('shows the rows after the named one, in the order of the list', async () => {
    const { path, query } = list();
    const whole = keysOf((await get(path, { ...query, limit: 1000 }).expect(200)).body);
    expect(whole.length).toBeGreaterThanOrEqual(ROWS);
    for (const position of [0, 2, whole.length - 1]) {
      const { body } = await get(path, { ...query, [parameter]: whole[position], limit: 1000 }).expect(200);
      expect(keysOf(body)).toEqual(whole.slice(position + 1));
    }
  });

  it('describes the next page and the total in its headers', async () => {
    const { path, query } = list();
    const { body, headers } = await get(path, { ...query, limit: 2 }).expect(200);
    expect(headers).toMatchObject({ 'x-offset': '0', link: expect.stringContaining('offset=2') });
    const shown = keysOf(body);
    let page = await get(path, { ...query, limit: 2, [parameter]: shown[1] }).expect(200);
    expect(page.headers['x-offset']).toBeUndefined();
    for (;;) {
      expect(page.headers['x-total-count']).toBe(headers['x-total-count']);
      shown.push(...keysOf(page.body));
      const next = nextOf(page.headers['link']);
      if (next === undefined) break;
      expect(next).not.toContain('offset');
      page = await api.as('admin').get(next).expect(200);
    }
    expect(shown).toEqual(keysOf((await get(path, { ...query, limit: 1000 })).body));
  });

  it('refuses an offset together with a cursor', async () => {
    const { path, query } = list();
    const [key] = keysOf((await get(path, { ...query, limit: 1 }).expect(200)).body);
    const { body } = await get(path, { ...query, [parameter]: key, offset: 0 }).expect(400);
    expect(body).toMatchObject({
      code: 'bad_parameter',
      error: expect.stringContaining('after must not be combined with offset'),
    });
  });
});

describe('the cursor of a list', () => {
  it('is refused where it names no snapshot of the workflow', async () => {
    const { body } = await get(`/state/workflows/${task}/snapshots`, { after: webhook }).expect(400);
    expect(body.error).toMatch(/^after must be the snapshot_id of a snapshot of this workflow\. .+ is not/);
  });

  it.each(['web-01', 'production/server/', '/server/web-01', 'production'])(
    'is refused where it is not the id of a resource: %s',
    async (after) => {
      const { body } = await get('/state/inventory', { after }).expect(400);
      expect(body.error).toContain('after must be the id of a resource, such as production/server/web-01');
    },
  );

  it.each(['/tasks', '/state/journal'])('is refused by %s where it has another form', async (path) => {
    await get(path, { after: 'x' }).expect(400);
  });
});

describe('a client that reads a list', () => {
  it.each(cursors.filter(([id]) => !['listWebhooks', 'listWorkflowSnapshots'].includes(id)))(
    'of %s and deletes each page that it read sees each row once, and none that was added meanwhile',
    async (id, { parameter, member }) => {
      const { path, table, column = 'id', query } = lists()[id]!;
      const whole = (await get(path, { ...query, limit: 1000 })).body.data as Item[];
      const seen: Item[] = [];
      for (let after: unknown; ;) {
        const page = (await get(path, { ...query, limit: 2, [parameter]: after }).expect(200)).body
          .data as Item[];
        if (page.length === 0) break;
        seen.push(...page);
        after = page.at(-1)![member];
        for (const item of page) {
          const key = item[column] ?? item[member];
          await api
            .database(table)
            .where({ [column]: key as string })
            .delete();
        }
        await api.as('admin').post('/rollback/checkpoints').send({ name: 'meanwhile' }).expect(201);
      }
      expect(seen.map((item) => item[member])).toEqual(whole.map((item) => item[member]));
    },
  );
});
