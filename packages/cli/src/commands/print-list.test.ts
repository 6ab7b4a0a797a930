import { afterEach, describe, expect, it } from '@jest/globals';
import { FakePlatform, Listed } from '../../test/support/fake-platform.js';
import { shell } from '../../test/support/shell.js';

const AT = '2025-09-26T10:00:00Z';
const idOf = (n: number) => `01999999-0000-7000-8000-${String(1000 - n).padStart(12, '0')}`;
const COUNT = 230;

let fake: FakePlatform | undefined;
afterEach(() => fake?.stop());

const common = (n: number) => ({ id: idOf(n), name: `name-${n}`, created_at: AT });
const LISTS: [
  command: string,
  operation: string,
  item: (n: number) => Record<string, unknown>,
  member?: string,
][] = [
  [
    'task list',
    'listTasks',
    (n) => ({
      ...common(n),
      command: 'x',
      args: [],
      dependencies: [],
      status: 'Completed',
      started_at: AT,
      completed_at: AT,
      output: null,
      error: null,
    }),
  ],
  [
    'batch list',
    'listBatches',
    (n) => ({ batch_id: idOf(n), name: `b-${n}`, status: 'Completed', created_at: AT, operations: [] }),
    'batch_id',
  ],
  ['checkpoint list', 'listCheckpoints', (n) => ({ ...common(n), description: null, size: '1 MB' })],
  ['policy list', 'listPolicies', (n) => ({ ...common(n), version: '1', rules: [], enabled: true })],
  [
    'user list',
    'listUsers',
    (n) => ({
      id: idOf(n),
      username: `user-${n}`,
      email: `u${n}@example.com`,
      roles: ['viewer'],
      mfa_enabled: false,
      created_at: AT,
      last_login: null,
      enabled: true,
    }),
  ],
  [
    'webhook list',
    'listWebhooks',
    (n) => ({
      id: idOf(n),
      url: 'https://example.com',
      events: ['task.failed'],
      description: null,
      enabled: true,
      source: 'api',
      created_at: AT,
      disabled_reason: null,
      owner: 'ada',
      owner_id: idOf(n),
    }),
  ],
  [
    `webhook deliveries ${idOf(0)}`,
    'listWebhookDeliveries',
    (n) => ({
      id: idOf(n),
      webhook_id: idOf(0),
      event: 'ping',
      state: 'delivered',
      attempts: 1,
      response_status: 200,
      error: null,
      created_at: AT,
      last_attempt_at: AT,
      next_attempt_at: null,
    }),
  ],
  [
    'inventory',
    'listInventory',
    (n) => ({
      ...{ id: `a/server/name-${n}`, kind: 'server', infra: 'a', name: `name-${n}`, provider: 'local' },
      ...{ driver: 'local', attributes: {}, version: 1, task_id: null, created_at: AT, updated_at: AT },
    }),
  ],
  [
    'lock list',
    'listLocks',
    (n) => ({
      infra: `infra-${String(n).padStart(3, '0')}`,
      holder: { task_id: idOf(n), batch_id: null, since: AT, granted: true },
      queue: [],
      waiting: 0,
    }),
    'infra',
  ],
  [
    'infra list',
    'listInfras',
    (n) => ({
      ...{ name: `infra-${String(n).padStart(3, '0')}`, servers: 1, taskservs: 0, clusters: 0 },
      ...{ lock: null, settings_count: 1 },
    }),
    'name',
  ],
  [
    'token list',
    'listTokens',
    (n) => ({ ...common(n), roles: ['viewer'], expires_at: '2099-01-01T00:00:00Z', last_used_at: null }),
  ],
];

describe.each(LISTS)('provctl %s', (command, operation, item, member = 'id') => {
  const provctl = async (count: number, ...options: string[]) => {
    const items = Array.from({ length: count }, (_, n) => item(n));
    await fake?.stop();
    fake = await FakePlatform.start({ [operation]: new Listed(items, member) });
    return shell(fake.url, [...command.split(' '), ...options]);
  };
  const idsIn = (out: string) => (JSON.parse(out) as Record<string, unknown>[]).map((row) => row[member]);

  it('notes on stderr that there are more results', async () => {
    const { code, out, err } = await provctl(61, '-o', 'json');
    expect(code).toBe(0);
    expect(idsIn(out)).toHaveLength(50);
    expect(err).toBe('50 of 61; --all for the rest\n');
  });

  it('notes it with --limit and in a table too', async () => {
    const { out, err } = await provctl(3, '--limit', '2');
    expect(out.trimEnd().split('\n')).toHaveLength(3);
    expect(err).toBe('2 of 3; --all for the rest\n');
  });

  it('says how many results there are; in data for programs only if some are left out', async () => {
    expect((await provctl(2)).err).toBe('2 of 2\n');
    expect((await provctl(2, '-o', 'json')).err).toBe('');
    expect((await provctl(0)).err).toBe('');
  });

  it('skips results with --offset', async () => {
    await provctl(3, '--offset', '1', '--limit', '2');
    expect(fake?.received.map(({ query }) => [query.get('limit'), query.get('offset')])).toEqual([
      ['2', '1'],
    ]);
  });

  it('lists every page with --all', async () => {
    const { out, err } = await provctl(COUNT, '--all', '-o', 'json');
    expect(idsIn(out)).toEqual(Array.from({ length: COUNT }, (_, n) => item(n)[member]));
    expect(err).toBe('');
    expect(fake?.received.map(({ query }) => query.get('after'))).toEqual([null, item(199)[member]]);
  });

  it('rejects --all with --limit and with --offset', async () => {
    expect(await provctl(1, '--all', '--limit', '2')).toMatchObject({ code: 2 });
    expect(await provctl(1, '--all', '--offset', '2')).toMatchObject({ code: 2 });
  });
});

it('counts skipped results as not shown', async () => {
  const [, operation, item] = LISTS[0]!;
  fake = await FakePlatform.start({ [operation]: new Listed([item(0), item(1), item(2)]) });
  const { err } = await shell(fake.url, ['task', 'list', '--offset', '1', '--limit', '2']);
  expect(err).toBe('2 of 3; --all for the rest\n');
});
