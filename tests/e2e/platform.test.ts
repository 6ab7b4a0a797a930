import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { call, dataOf } from '../support/call.js';
import { startPlatform, type RunningPlatform } from '../support/running-platform.js';

interface Task {
  status: string;
  output: string | null;
  error: string | null;
  command: string;
}

let platform: RunningPlatform;
let token: string;

beforeAll(async () => {
  platform = await startPlatform();
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
    process.kill(workerPid(), 'SIGKILL');
    await platform.process.prints(/worker was ended by SIGKILL/);
    expect(await run({ infra: 'staging', settings: 'settings.yaml' })).toMatchObject({ status: 'Completed' });
  });

  it('reports in a sentence that a port is taken, and starts nothing', async () => {
    const taken = new URL(platform.orchestratorUrl).port;
    await expect(startPlatform({ ORCHESTRATOR_PORT: taken })).rejects.toThrow(
      new RegExp(`port ${taken}`, 'i'),
    );
  });
});

/** The launcher records the processes that it started. */
function workerPid(): number {
  const note = readFileSync(join(platform.dataDir, 'run/worker.process'), 'utf8');
  return Number(/\d+/.exec(note)?.[0]);
}
