import { createHmac } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as contracts from '@provisioning/contracts';
import { EVENT_EXAMPLE, METRICS_EXAMPLE, PAYLOAD_EXAMPLE, type AnyOperation } from '@provisioning/contracts';
import { temporaryFolder, waitFor, type TemporaryFolder } from '@provisioning/test-kit';
import { WebSocket } from 'ws';
import { WebhookReceiver } from '../../services/orchestrator/test/support/webhook-receiver.js';
import { call, dataOf, type Answer, type CallOptions } from '../support/call.js';
import { differences } from '../support/differences.js';
import { startPlatform, type RunningPlatform } from '../support/running-platform.js';

/** The password that the document signs in with, and the secret of its webhook. */
const PASSWORD = 'secure_password';
const SECRET = 'webhook-secret';

interface Event {
  event_type: string;
  data: { task_id?: string; status?: string };
}

let platform: RunningPlatform;
let folder: TemporaryFolder;
const receiver = new WebhookReceiver();
let socket: WebSocket;
const events: Event[] = [];
let token: string;
let adminId: string;
const tasks: Record<string, string> = {};
let batchId: string;
let checkpointId: string;

beforeAll(async () => {
  await receiver.start();
  folder = await temporaryFolder('api-document');
  const config = join(folder.path, 'config.toml');
  writeFileSync(
    config,
    `[webhooks]
enabled = true

[[webhooks.endpoints]]
url = "${receiver.url()}"
events = ["task.completed", "task.failed", "batch.completed"]
secret = "${SECRET}"
`,
  );
  platform = await startPlatform({
    ADMIN_PASSWORD: PASSWORD,
    PROVISIONING_CONFIG: config,
    WEBHOOKS_ALLOW_PRIVATE: 'true',
    RATE_LIMIT_AUTH: '5',
    RATE_LIMIT_GENERAL: '100',
    RATE_LIMIT_BATCH: '10',
  });
});
afterAll(async () => {
  socket?.terminate();
  await platform.stop();
  await receiver.stop();
  await folder.remove();
});

interface Asked extends CallOptions {
  params?: Record<string, string>;
  query?: string;
  /** The document's example; default: the only one. */
  body?: unknown;
  /** Paths of members of `data` that need only have the type of the example's. */
  varying?: readonly string[];
}

function send(operation: AnyOperation, { params = {}, query = '', ...options }: Asked = {}): Promise<Answer> {
  const { service, path, method, example } = operation;
  const base = service === 'orchestrator' ? platform.orchestratorUrl : platform.controlCenterUrl;
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
  return call(`${base}${filled}${query}`, { method, bearer: token, body: example, ...options });
}

/**
 * Sends an operation as documented, and compares the answer with the document's.
 * @returns its `data`
 */
async function documented<Data = string>(operation: AnyOperation, asked: Asked = {}): Promise<Data> {
  const answer = await send(operation, asked);
  const { status, example } = operation.success;
  expect({ status: answer.status, ...answer.body }).toEqual({
    status,
    success: true,
    data: expect.anything(),
  });
  const varying = (asked.varying ?? []).map((path) => `data.${path}`);
  expect(differences({ success: true, data: example }, answer.body, varying)).toEqual([]);
  const expected = [
    ...(operation.rateClass === 'none'
      ? []
      : ['limit', 'remaining', 'reset'].map((it) => `x-ratelimit-${it}`)),
    ...(operation.success.list ? ['x-total-count', 'x-limit', 'x-offset'] : []),
  ];
  for (const name of expected) expect(`${name}: ${answer.headers.get(name)}`).toMatch(/: \d+$/);
  return answer.body.data as Data;
}

async function refused(answer: Promise<Answer>, status: number): Promise<void> {
  const { status: found, body } = await answer;
  expect(found).toBe(status);
  expect(differences({ success: false, error: 'Detailed error message' }, body, ['error'])).toEqual([]);
}

const eventOf = (taskId: string, status: string) =>
  waitFor(() => events.find(({ data }) => data.task_id === taskId && data.status === status), {
    what: `the event that ${taskId} is ${status}`,
  });
const serverRecord = () => join(platform.dataDir, 'local/production/servers/web-01/server.json');

describe('the API document, on an empty platform, in its order', () => {
  it('Getting Access Token', async () => {
    const { moreExamples = {} } = contracts.login;
    await refused(send(contracts.login, { body: moreExamples['quickstart'] }), 401);
    const signedIn = await documented<{ token: string; user: { id: string } }>(contracts.login, {
      varying: ['user.roles'],
    });
    ({ token } = signedIn);
    adminId = signedIn.user.id;
  });

  it('Health Check', async () => {
    await documented(contracts.orchestratorHealth);
    await documented(contracts.controlCenterHealth);
  });

  it('WebSocket /ws, with its listing', async () => {
    const listing = readFileSync(join(import.meta.dirname, 'fixtures/websocket.js.txt'), 'utf8')
      .replace('ws://localhost:9090', platform.orchestratorUrl.replace('http', 'ws'))
      .replace('jwt-token', token);
    const run = new Function('WebSocket', 'console', `${listing}\nreturn ws;`);
    socket = run(WebSocket, { log: (_: string, event: Event) => events.push(event) }) as WebSocket;
    await waitFor(() => socket.readyState === WebSocket.OPEN);
  });

  it('Task Management, while there is no task', async () => {
    const { body, headers } = await send(contracts.listTasks);
    expect(body).toEqual({ success: true, data: [] });
    expect(['x-total-count', 'x-limit', 'x-offset'].map((name) => headers.get(name))).toEqual([
      '0',
      '50',
      '0',
    ]);
    await refused(send(contracts.getTask, { params: { id: '0198f000-0000-7000-8000-000000000000' } }), 404);
  });

  it('Workflow Submission, and Task Management of what was submitted', async () => {
    tasks['servers'] = await documented(contracts.createServers);
    tasks['taskserv'] = await documented(contracts.createTaskserv);
    tasks['cluster'] = await documented(contracts.createCluster);
    for (const id of Object.values(tasks)) {
      const event = await eventOf(id, 'completed');
      expect(differences(EVENT_EXAMPLE, event)).toEqual([]);
      expect(event).toMatchObject({ metadata: { task_id: id, status: 'completed' } });
    }
    const moment = ['status', 'command', 'args', 'completed_at', 'output'];
    const varying = ['name', ...moment];
    const { name, ...task } = await documented<Record<string, unknown>>(contracts.getTask, {
      params: { id: tasks['servers'] },
      varying,
    });
    expect(name).toBe('create_servers');
    expect(task).toMatchObject({
      command: expect.stringMatching(/\/provisioning(\.js)? servers create$/),
      args: ['--infra', 'production', '--settings', 'config.ncl', '--wait'],
      status: 'Completed',
      output: expect.stringContaining('Successfully created 3 servers'),
    });
    const listed = await documented<{ name: string; status: string }[]>(contracts.listTasks, {
      query: '?status=Completed&limit=50&offset=0',
      varying,
    });
    expect(listed.map((one) => `${one.name} ${one.status}`)).toEqual([
      'create_cluster Completed',
      'create_taskserv Completed',
      'create_servers Completed',
    ]);
  });

  it('Batch Operations', async () => {
    const submitted = await documented<{ batch_id: string; operations: { task_id: string }[] }>(
      contracts.executeBatch,
    );
    batchId = submitted.batch_id;
    await waitFor(() => receiver.events().includes('batch.completed'));
    await documented(contracts.listBatches, { varying: ['status', 'operations.id'] });
    const { operations } = await documented<{ operations: { status: string; task_id: string }[] }>(
      contracts.getBatch,
      { params: { id: batchId }, varying: ['status', 'operations.id', 'operations.results'] },
    );
    expect(operations.map(({ status }) => status)).toEqual(['Completed', 'Completed']);
    const { output } = await dataOf<{ output: string }>(
      send(contracts.getTask, { params: { id: operations[1]!.task_id } }),
    );
    expect(output).toContain('these servers are at upcloud: web-01, web-02');
    expect(existsSync(join(platform.dataDir, 'local/default/servers/web-02/taskservs/cilium.json'))).toBe(
      true,
    );
  });

  it('Get real-time workflow progress, and Cancel running batch operation', async () => {
    // Named like the batch that has run: the remaining time is estimated from it.
    const { name } = contracts.executeBatch.example as { name: string };
    const operations = [{ id: 'wait', type: 'command_batch', infra: 'waiting', commands: ['sleep 300'] }];
    const { batch_id: id, operations: submitted } = await dataOf<{
      batch_id: string;
      operations: { task_id: string }[];
    }>(send(contracts.executeBatch, { body: { name, operations } }));
    const [task] = submitted;
    await eventOf(task!.task_id, 'running');
    await documented(contracts.getWorkflowProgress, { params: { id }, varying: ['current_step'] });
    await documented(contracts.cancelBatch, { params: { id } });
    await eventOf(task!.task_id, 'cancelled');
  });

  it('State Management', async () => {
    await documented(contracts.listWorkflowSnapshots, {
      params: { id: batchId },
      varying: ['state', 'details'],
    });
    await documented(contracts.getSystemMetrics);
    await documented(contracts.getSystemHealth);
    await documented(contracts.getStateStatistics);
  });

  it('Rollback and Recovery', async () => {
    checkpointId = await documented(contracts.createCheckpoint);
    await documented(contracts.listCheckpoints);
    await documented(contracts.getCheckpoint, { params: { id: checkpointId } });
    const nothing = await documented<{ operations_executed: number }>(contracts.executeRollback, {
      body: { checkpoint_id: checkpointId },
    });
    expect(nothing.operations_executed).toBe(0);

    expect(existsSync(serverRecord())).toBe(true);
    const partial = await documented<{ operations_executed: number }>(contracts.executeRollback, {
      body: { operation_ids: Object.values(tasks) },
    });
    expect(partial.operations_executed).toBeGreaterThanOrEqual(3);
    expect(existsSync(serverRecord())).toBe(false);

    const restored = await send(contracts.restoreCheckpoint, { params: { id: checkpointId } });
    expect(restored.body).toEqual({
      success: true,
      data: `State restored from checkpoint ${checkpointId}`,
    });
    expect(existsSync(serverRecord())).toBe(true);
    await documented(contracts.getRollbackStatistics);
  });

  it('Authentication', async () => {
    const before = token;
    ({ token } = await documented<{ token: string }>(contracts.refresh, { body: { token: before } }));
    await refused(send(contracts.listUsers, { bearer: before }), 401);
    await documented(contracts.logout);
    await refused(send(contracts.listUsers), 401);
    ({ token } = await dataOf<{ token: string }>(send(contracts.login)));
  });

  it('User Management', async () => {
    await documented(contracts.listUsers, { query: '?role=admin&enabled=true', varying: ['roles'] });
    const { id } = await documented<{ id: string }>(contracts.createUser);
    const { username, password } = contracts.createUser.example as { username: string; password: string };
    const { token: operator } = await dataOf<{ token: string }>(
      send(contracts.login, { body: { username, password } }),
    );
    await refused(send(contracts.listUsers, { bearer: operator }), 403);
    await documented(contracts.updateUser, { params: { id } });
    const { body } = await send(contracts.listUsers, { query: '?enabled=false' });
    expect(body.data).toMatchObject([contracts.updateUser.example]);
    await documented(contracts.deleteUser, { params: { id } });
  });

  it('Policy Management', async () => {
    const policies = await documented<{ name: string }[]>(contracts.listPolicies, {
      varying: ['name', 'rules'],
    });
    expect(policies.map(({ name }) => name)).toContain('admin_access_policy');
    const { id } = await documented<{ id: string }>(contracts.createPolicy);
    await documented(contracts.updatePolicy, { params: { id } });
  });

  it('Audit Logging', async () => {
    const day = new Date().toISOString().slice(0, 10);
    const filters = { user_id: adminId, action: 'server.create', resource: 'servers/web-01' };
    const window = { from: `${day}T00:00:00Z`, to: `${day}T23:59:59Z`, limit: '1', offset: '0' };
    const query = `?${String(new URLSearchParams({ ...filters, ...window }))}`;
    // The orchestrator forwards its records on its own; polled rarely, since requests are counted.
    await waitFor(
      async () => {
        const { body } = await send(contracts.listAuditLogs, { query });
        return (body.data as unknown[]).length > 0 || (await pause(1_000));
      },
      { what: 'the record of the server' },
    );
    await documented(contracts.listAuditLogs, { query, varying: ['details'] });
  });

  it('Error Responses', async () => {
    await refused(send(contracts.listTasks, { query: '?limit=0' }), 400);
    await refused(send(contracts.listTasks, { bearer: '' }), 401);
    await refused(send(contracts.createServers, { body: { infra: 'production' } }), 422);
  });

  it('Rate Limiting', async () => {
    const answers = [
      await send(contracts.refresh, { body: { token: 'current-jwt-token' } }),
      await send(contracts.listTasks),
      await send(contracts.cancelBatch, { params: { id: batchId } }),
    ];
    const header = (name: string) => answers.map(({ headers }) => Number(headers.get(`x-ratelimit-${name}`)));
    expect(header('limit')).toEqual([5, 100, 10]);
    header('remaining').forEach((left, index) => {
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left).toBeLessThan(header('limit')[index]!);
    });
    for (const reset of header('reset')) expect(Math.abs(reset - Date.now() / 1000)).toBeLessThan(300);
  });

  it('GET /metrics', async () => {
    const { text, headers } = await call(`${platform.orchestratorUrl}/metrics`);
    expect(headers.get('content-type')).toContain('text/plain');
    const lines = text.split('\n');
    for (const line of METRICS_EXAMPLE.split('\n').filter(Boolean)) {
      if (line.startsWith('#')) expect(lines).toContain(line);
      else {
        const series = line.slice(0, line.lastIndexOf(' ') + 1);
        expect(lines.find((one) => one.startsWith(series))).toMatch(/ \d+$/);
      }
    }
  });

  it('Webhook Payload', () => {
    const bodies = receiver.received.map(({ body }) => JSON.parse(body) as typeof PAYLOAD_EXAMPLE);
    const payload = bodies.find(
      ({ event, data }) => event === 'task.completed' && data.task_id === tasks['servers'],
    )!;
    expect(differences(PAYLOAD_EXAMPLE, payload, ['data.output'])).toEqual([]);
    const { event, timestamp, data, signature } = payload;
    const signed = createHmac('sha256', SECRET)
      .update(JSON.stringify({ event, timestamp, data }))
      .digest('hex');
    expect(signature).toBe(`sha256=${signed}`);
  });

  it('Pagination', async () => {
    const { headers } = await send(contracts.listTasks, { query: '?offset=1&limit=1' });
    expect(Number(headers.get('x-total-count'))).toBeGreaterThan(2);
    expect(headers.get('x-limit')).toBe('1');
    expect(headers.get('x-offset')).toBe('1');
    expect(headers.get('link')!.split(', ')).toContain('</tasks?offset=2&limit=1>; rel="next"');
  });

  it('API Versioning', async () => {
    const type = 'application/vnd.provisioning.v1+json';
    const { status, headers } = await send(contracts.listTasks, { headers: { Accept: type } });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain(type);
    await refused(send(contracts.listTasks, { headers: { Accept: type.replace('v1', 'v2') } }), 406);
  });
});
