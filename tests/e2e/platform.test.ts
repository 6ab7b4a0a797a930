import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { call, dataOf } from '../support/call.js';
import { panelQueries } from '../support/dashboards.js';
import { hasPrometheus, listeningPort, startPrometheus } from '../support/prometheus.js';
import { startPlatform, type RunningPlatform } from '../support/running-platform.js';

interface Task {
  status: string;
  output: string | null;
  error: string | null;
  command: string;
}

interface Worker {
  id: string;
  slot: number;
  running: number;
}

interface Batch {
  status: string;
}

let platform: RunningPlatform;
let token: string;

beforeAll(async () => {
  platform = await startPlatform(
    { WORKERS: '3', DRAIN_SECONDS: '60', RATE_LIMIT_BATCH: '0' },
    { embeddedPostgres: true },
  );
  token = await signIn();
});
afterAll(() => platform.stop());

async function signIn(): Promise<string> {
  const credentials = { username: 'admin', password: platform.adminPassword, mfa_code: '123456' };
  const login = call(`${platform.controlCenterUrl}/auth/login`, { body: credentials });
  return (await dataOf<{ token: string }>(login)).token;
}

async function run(body: object): Promise<Task> {
  const submitted = await call(`${platform.orchestratorUrl}/workflows/servers/create`, {
    bearer: token,
    body,
  });
  expect(submitted.status).toBe(200);
  return waitFor(
    async () => {
      const task = await dataOf<Task>(
        call(`${platform.orchestratorUrl}/tasks/${String(submitted.body.data)}`, { bearer: token }),
      );
      return ['Completed', 'Failed', 'Cancelled'].includes(task.status) ? task : undefined;
    },
    { what: 'the end of the task' },
  ) as Promise<Task>;
}

const record = (name: string) => join(platform.dataDir, 'local/production/servers', name, 'server.json');

describe('the platform, started with one command', () => {
  it('is healthy in both services, as documented', async () => {
    expect((await call(`${platform.orchestratorUrl}/health`, {})).body).toEqual({
      success: true,
      data: 'Orchestrator is healthy',
    });
    expect((await call(`${platform.controlCenterUrl}/health`, {})).body).toEqual({
      success: true,
      data: 'Control Center is healthy',
    });
  });

  it('signs in as documented, with a token that both services accept', async () => {
    expect((await call(`${platform.orchestratorUrl}/tasks`, { bearer: token })).status).toBe(200);
    expect((await call(`${platform.controlCenterUrl}/users`, { bearer: token })).status).toBe(200);
    const wrong = { username: 'admin', password: 'not the password' };
    expect((await call(`${platform.controlCenterUrl}/auth/login`, { body: wrong })).status).toBe(401);
  });

  it('plans without changing anything, creates, and then finds nothing to do', async () => {
    const document = { infra: 'production', settings: 'config.ncl', check_mode: false, wait: true };
    const planned = await run({ ...document, check_mode: true });
    expect(planned).toMatchObject({ status: 'Completed', error: null });
    expect(planned.output).toContain('Plan: 3 to create');
    expect(existsSync(record('web-01'))).toBe(false);

    const created = await run(document);
    expect(created.output).toContain('Successfully created 3 servers');
    expect(JSON.parse(readFileSync(record('web-01'), 'utf8'))).toMatchObject({
      server: { name: 'web-01', state: 'running', driver: 'local' },
    });

    const again = await run(document);
    expect(again.output).toContain('Nothing to do: 3 servers are as the settings say');
  });

  it('fails a task whose settings are missing, with the reason', async () => {
    const failed = await run({ infra: 'production', settings: 'nothing.yaml' });
    expect(failed).toMatchObject({
      status: 'Failed',
      error: expect.stringContaining('production/nothing.yaml'),
    });
  });

  it('recovers when its worker is killed', async () => {
    process.kill(workerPid(0), 'SIGKILL');
    await platform.process.prints(/worker-0 was ended by SIGKILL/);
    expect(await run({ infra: 'staging', settings: 'settings.yaml' })).toMatchObject({ status: 'Completed' });
  });

  it('loses nothing and repeats nothing when one of three workers is stopped under load', async () => {
    const get = <Data>(path: string) =>
      dataOf<Data>(call(`${platform.orchestratorUrl}${path}`, { bearer: token }));
    const submissions = Array.from({ length: 24 }, (_, n) =>
      dataOf<{ batch_id: string }>(
        call(`${platform.orchestratorUrl}/batch/execute`, {
          bearer: token,
          body: {
            name: `load_${n}`,
            operations: [
              { id: 'work', type: 'command_batch', infra: `load-${n}`, commands: ['sleep 1', 'echo done'] },
            ],
          },
        }),
      ),
    );
    const batches = await Promise.all(submissions);
    const stopped = (await waitFor(
      async () => (await get<Worker[]>('/workers')).find(({ slot, running }) => slot === 1 && running > 0),
      { what: 'a worker with work' },
    )) as Worker;
    process.kill(workerPid(1), 'SIGTERM');
    await waitFor(async () => (await get<Worker[]>('/workers')).every(({ id }) => id !== stopped.id), {
      what: 'the end of the worker',
    });
    for (const { batch_id: id } of batches) {
      const batch = (await waitFor(
        async () => {
          const found = await get<Batch>(`/batch/operations/${id}`);
          return ['Completed', 'Failed', 'Cancelled'].includes(found.status) ? found : undefined;
        },
        { what: 'the end of a batch' },
      )) as Batch;
      expect(batch).toMatchObject({ status: 'Completed', operations: [{ status: 'Completed', attempt: 1 }] });
    }
  });

  (hasPrometheus ? it : it.skip)('gives data to every panel of the dashboards', async () => {
    const host = (url: string) => new URL(url).host;
    // A worker that was started again listens when it is ready.
    const worker = async (slot: number) =>
      `127.0.0.1:${await waitFor(() => listeningPort(workerPid(slot)), { what: 'the port of a worker' })}`;
    const prometheus = await startPrometheus({
      'provisioning-orchestrator': [host(platform.orchestratorUrl)],
      'provisioning-control-center': [host(platform.controlCenterUrl)],
      'provisioning-worker': await Promise.all([0, 1, 2].map(worker)),
    });
    try {
      const queries = panelQueries().filter(({ panel }) => !WITHOUT_DATA.has(panel));
      const empty = async () => {
        const found = await Promise.all(queries.map(({ expr }) => prometheus.seriesOf(expr)));
        return queries.filter((_, n) => found[n] === 0);
      };
      await waitFor(async () => (await empty()).length === 0, {
        what: 'data for every panel',
        timeout: 30_000,
      }).catch(async () => expect(await empty()).toEqual([]));
    } finally {
      await prometheus.stop();
    }
  });

  it('reports in a sentence that a port is taken, and starts nothing', async () => {
    const taken = new URL(platform.orchestratorUrl).port;
    await expect(startPlatform({ ORCHESTRATOR_PORT: taken })).rejects.toThrow(
      new RegExp(`port ${taken}`, 'i'),
    );
  });
});

/** Panels that are empty on a platform in which nothing goes wrong. */
const WITHOUT_DATA = new Set([
  'Provisioning: control center and audit / Conditions that could not be evaluated',
]);

/** The launcher records the processes that it started. */
function workerPid(slot: number): number {
  const note = readFileSync(join(platform.dataDir, `run/worker-${slot}.process`), 'utf8');
  return Number(/\d+/.exec(note)?.[0]);
}
