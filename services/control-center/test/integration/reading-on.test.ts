import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { controlCenterOperations } from '@provisioning/contracts';
import { ADMIN_PASSWORD, startTestApi, type TestApi } from '../support/test-api.js';

type Item = Record<string, unknown>;

const ROWS = 5;
const cursors = controlCenterOperations.flatMap(({ id, path, success: { list } }) =>
  list ? [[id, path, list] as const] : [],
);

let service: TestApi;
let token: string;
let policy: string;
let admin: string;

beforeAll(async () => {
  service = await startTestApi();
  token = await service.token();
  admin = (await call('get', '/auth/me').expect(200)).body.data.id;
  policy = await create('/policies', { ...policyNamed('versioned'), version: '0' });
  for (let n = 1; n <= ROWS; n++) {
    await service.token();
    await create('/users', {
      username: `user-${n}`,
      email: `user-${n}@example.com`,
      password: 'secure_password',
      roles: ['viewer'],
    });
    await create('/policies', policyNamed(`policy-${n}`));
    await call('put', `/policies/${policy}`)
      .send({ version: String(n) })
      .expect(200);
    await create('/tokens', {
      name: `token-${n}`,
      roles: ['admin'],
      expires_at: new Date(Date.now() + 86_400_000).toISOString(),
    });
    await service.api.opened.database('audit_heads').insert({
      seq: n,
      hash: 'a'.repeat(64),
      at: new Date().toISOString(),
      key_id: 'k',
      signature: 's',
    });
  }
});
afterAll(() => service.close());

const call = (method: 'get' | 'post' | 'put' | 'delete', path: string) =>
  service.http[method](path).auth(token, { type: 'bearer' });
const list = (path: string, query: object) =>
  call('get', path.replace('{id}', path.startsWith('/users/') ? admin : policy)).query(query);
const policyNamed = (name: string) => ({
  name,
  version: '1',
  rules: [{ effect: 'Allow', resource: 'servers:*', action: ['read'], condition: 'true' }],
});

async function create(path: string, body: object): Promise<string> {
  return ((await call('post', path).send(body).expect(201)).body as { data: { id: string } }).data.id;
}

/** From the page with `query` to the last, following `next`. */
async function walk(path: string, query: object): Promise<Item[]> {
  const items: Item[] = [];
  for (let page = await list(path, query).expect(200); ;) {
    items.push(...(page.body as { data: Item[] }).data);
    const next = /<([^>]*)>; rel="next"/.exec(page.headers['link'] ?? '')?.[1];
    if (next === undefined) return items;
    page = await call('get', next).expect(200);
  }
}

describe.each(cursors)('%s', (_id, path, { parameter, member }) => {
  it('shows the rows after the named one, each once', async () => {
    // Reading the audit trail appends to it; older records stay the same.
    const whole = ((await list(path, { limit: 1000 }).expect(200)).body as { data: Item[] }).data;
    expect(whole.length).toBeGreaterThanOrEqual(ROWS);
    const rest = await walk(path, { limit: 2, [parameter]: whole[1]![member] });
    expect(rest).toHaveLength(whole.length - 2);
    expect(rest.map((item) => item[member])).toEqual(whole.slice(2).map((item) => item[member]));
  });

  it('reports the total in its headers, and not how many were skipped', async () => {
    const first = await list(path, { limit: 1 }).expect(200);
    expect(first.headers['x-offset']).toBe('0');
    const [item] = (first.body as { data: Item[] }).data;
    const { headers } = await list(path, { limit: 1, [parameter]: item![member] }).expect(200);
    expect(headers['x-offset']).toBeUndefined();
    expect(Number(headers['x-total-count'])).toBeGreaterThanOrEqual(ROWS);
    expect(headers['link']).toContain(`${parameter}=`);
  });
});

describe('after', () => {
  it.each(cursors.filter(([, , { parameter }]) => parameter === 'after'))(
    'of %s is refused beside an offset',
    async (_id, path, { member }) => {
      const after = member === 'id' ? policy : 1;
      const { body } = await list(path, { after, offset: 0 }).expect(400);
      expect(body).toMatchObject({
        error: expect.stringContaining('after must not be combined with offset'),
      });
    },
  );

  it('shows the same list as offsets do after the named row was deleted', async () => {
    for (const path of ['/users', '/policies', '/tokens', '/auth/sessions']) {
      const ids = ((await list(path, {}).expect(200)).body as { data: { id: string }[] }).data.map(
        ({ id }) => id,
      );
      const gone = ids[1]!;
      await call('delete', `${path}/${gone}`).send({ password: ADMIN_PASSWORD }).expect(200);
      const left = await list(path, { after: gone }).expect(200);
      expect((left.body as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual(ids.slice(2));
    }
  });
});
