import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { redisProgram } from '@provisioning/embedded';
import { waitFor } from '@provisioning/test-kit';
import { call, dataOf, type Answer, type CallOptions } from '../support/call.js';
import { startPlatform, type RunningPlatform } from '../support/running-platform.js';

const hasRedis = (await redisProgram(() => undefined)) !== null;
const PASSWORD = 'quartz-meadow-lantern-7';
const SERVERS = { infra: 'production', settings: 'config.ncl', check_mode: true, wait: true };

let platform: RunningPlatform;
let admin: string;

const control = (path: string, options?: CallOptions) => call(`${platform.controlCenterUrl}${path}`, options);
const orchestrator = (path: string, options?: CallOptions) =>
  call(`${platform.orchestratorUrl}${path}`, options);

beforeAll(async () => {
  platform = await startPlatform({ RATE_LIMIT_BATCH: '0' });
  admin = await signIn('admin', platform.adminPassword);
});
afterAll(() => platform.stop());

async function signIn(username: string, password = PASSWORD): Promise<string> {
  const login = control('/auth/login', { body: { username, password } });
  return (await dataOf<{ token: string }>(login)).token;
}

let users = 0;

/** A new user with that role, signed in. */
async function newUser(role: string): Promise<{ id: string; username: string; token: string }> {
  const username = `${role}-${++users}`;
  const body = { username, email: `${username}@example.com`, password: PASSWORD, roles: [role] };
  const { id } = await dataOf<{ id: string }>(control('/users', { bearer: admin, body }));
  return { id, username, token: await signIn(username) };
}

async function refused(send: () => Promise<Answer>, status: number): Promise<Answer> {
  return (await waitFor(
    async () => {
      const answer = await send();
      return answer.status === status ? answer : undefined;
    },
    { what: `an answer of ${status}` },
  )) as Answer;
}

const tasksAs = (bearer: string) => () => orchestrator('/tasks', { bearer });

/** Kills a process of the platform; its supervisor starts another. */
async function kill(name: string): Promise<void> {
  // Those of databases are in their data directories.
  const folder = name === 'redis' ? '.' : 'run';
  const note = readFileSync(join(platform.dataDir, folder, `${name}.process`), 'utf8');
  process.kill(Number(/\d+/.exec(note)?.[0]), 'SIGKILL');
  await platform.process.prints(new RegExp(`${name} was ended by SIGKILL`));
}

/** Waits until a restarted service accepts requests. */
async function up(send: () => Promise<Answer>): Promise<void> {
  await waitFor(async () => (await send().catch(() => undefined))?.status === 200);
}

describe('a token that was revoked', () => {
  it('is refused by both services after its session was ended', async () => {
    const { token } = await newUser('viewer');
    expect((await orchestrator('/tasks', { bearer: token })).status).toBe(200);
    await dataOf(control('/auth/logout', { method: 'post', bearer: token }));
    expect((await control('/auth/sessions', { bearer: token })).status).toBe(401);
    expect((await refused(tasksAs(token), 401)).body.code).toBe('token_revoked');
  });

  it('is refused when its user lost a role, and a new token of that user is not', async () => {
    const { id, username, token } = await newUser('viewer');
    await dataOf(control(`/users/${id}`, { method: 'put', bearer: admin, body: { roles: ['operator'] } }));
    const fresh = await signIn(username);
    await refused(tasksAs(token), 401);
    expect((await orchestrator('/tasks', { bearer: fresh })).status).toBe(200);
  });

  it('is refused after it was refreshed', async () => {
    const { token } = await newUser('viewer');
    const renewed = await dataOf<{ token: string }>(control('/auth/refresh', { body: { token } }));
    await refused(tasksAs(token), 401);
    expect((await orchestrator('/tasks', { bearer: renewed.token })).status).toBe(200);
  });

  it('stays refused when the orchestrator is killed between the end of the session and its use', async () => {
    const { token } = await newUser('viewer');
    const gone = kill('orchestrator');
    await dataOf(control('/auth/logout', { method: 'post', bearer: token }));
    await gone;
    await up(() => orchestrator('/readyz'));
    expect((await orchestrator('/tasks', { bearer: token })).status).toBe(401);
  });

  (hasRedis ? it : it.skip)('is refused though Redis died before it could publish it', async () => {
    const { token } = await newUser('viewer');
    await kill('redis');
    await dataOf(control('/auth/logout', { method: 'post', bearer: token }));
    await refused(tasksAs(token), 401);
  });

  it('stays refused after the control center was killed', async () => {
    const { token } = await newUser('viewer');
    await dataOf(control('/auth/logout', { method: 'post', bearer: token }));
    await kill('control-center');
    await up(() => control('/readyz'));
    expect((await control('/auth/sessions', { bearer: token })).status).toBe(401);
    await refused(tasksAs(token), 401);
  });
});

describe('an API token', () => {
  it('works at both services until it is revoked', async () => {
    const { token } = await newUser('operator');
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    const body = { name: 'pipeline', roles: ['operator'], expires_at };
    const made = await dataOf<{ id: string; token: string }>(control('/tokens', { bearer: token, body }));
    expect((await orchestrator('/tasks', { bearer: made.token })).status).toBe(200);
    expect((await control('/tokens', { bearer: made.token, body })).status).toBe(403);
    await dataOf(control(`/tokens/${made.id}`, { method: 'delete', bearer: token }));
    expect((await control('/policies', { bearer: made.token })).status).toBe(401);
    await refused(tasksAs(made.token), 401);
  });
});

describe('a policy', () => {
  it('is tried, switched on, enforced by the orchestrator, and removed', async () => {
    const { token } = await newUser('operator');
    const rules = [{ effect: 'Deny', resource: 'servers:production', action: ['create'] }];
    const question = { principal: { roles: ['operator'] }, action: 'create', resource: 'servers:production' };
    const simulated = await dataOf<{ decision: string }>(
      control('/policies/simulate', {
        bearer: admin,
        body: { ...question, policies: [{ name: 'freeze', rules }] },
      }),
    );
    expect(simulated.decision).toBe('EXPLICIT_DENY');

    const submit = () => orchestrator('/workflows/servers/create', { bearer: token, body: SERVERS });
    expect((await submit()).status).toBe(200);
    const { id } = await dataOf<{ id: string }>(
      control('/policies', { bearer: admin, body: { name: 'freeze', version: '1.0.0', rules } }),
    );
    const { body } = await refused(submit, 403);
    expect(body.error).not.toContain('freeze');

    const auditor = await newUser('auditor');
    const decision = await refused(
      () => control(`/decisions/${body.decision_id ?? ''}`, { bearer: auditor.token }),
      200,
    );
    expect(decision.body.data).toMatchObject({ decision: 'EXPLICIT_DENY', resource: 'servers:production' });

    await dataOf(control(`/policies/${id}`, { method: 'delete', bearer: admin }));
    await refused(submit, 200);
  });
});

describe('an event of the orchestrator', () => {
  it('is in the audit trail, like each infrastructure change, and the trail can be verified', async () => {
    const { id, token } = await newUser('operator');
    const body = { ...SERVERS, infra: 'staging', settings: 'settings.yaml', check_mode: false };
    const task = await dataOf<string>(orchestrator('/workflows/servers/create', { bearer: token, body }));
    const auditor = await newUser('auditor');
    const records = await waitFor(
      async () => {
        const path = `/audit/logs?user_id=${id}&action=server.create`;
        const found = await dataOf<{ resource: string; result: string }[]>(
          control(path, { bearer: auditor.token }),
        );
        return found.length > 0 ? found : undefined;
      },
      { what: `the audit record of a server that ${task} made` },
    );
    expect(records).toContainEqual(
      expect.objectContaining({ resource: expect.stringMatching(/^servers\//), result: 'success' }),
    );
    const proof = await dataOf(control('/audit/verify', { bearer: auditor.token }));
    expect(proof).toMatchObject({ ok: true, first_bad_seq: null });
  });
});

describe('a second factor', () => {
  it('is asked for only after the correct password', async () => {
    const { username, token } = await newUser('viewer');
    const enrolled = await dataOf<{ secret: string; otpauth_url: string }>(
      control('/auth/mfa/enroll', { bearer: token, body: { password: PASSWORD } }),
    );
    expect(enrolled.otpauth_url).toContain('otpauth://totp/');
    // Not confirmed: nothing has changed.
    await signIn(username);
  });
});
