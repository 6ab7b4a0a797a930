import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createKeyring, hashApiToken, issueToken, makeApiToken } from '@provisioning/auth-token';
import { builtinPolicies } from '@provisioning/policy';
import { waitFor } from '@provisioning/test-kit';
import { v7 as uuidv7 } from 'uuid';
import { SECRET, testApi, type TestApi } from '../support/test-api.js';

const SERVERS = { infra: 'production', settings: 'config.ncl', check_mode: true };

let api: TestApi;
beforeAll(async () => {
  api = await testApi({ REVOCATION_STALE_SECONDS: '5' });
});
afterAll(() => api.stop());
afterEach(async () => {
  api.access.away = false;
  api.access.forger = undefined;
  api.access.change(builtinPolicies);
  await api.look();
});

function signedIn(roles = ['operator'], sessionId = uuidv7()) {
  const userId = uuidv7();
  const { token, tokenId } = issueToken(
    createKeyring([SECRET]),
    { userId, username: 'ada', roles, sessionId },
    600,
  );
  const get = (path = '/tasks') => api.anonymous.get(path).set('Authorization', `Bearer ${token}`);
  const submit = () =>
    api.anonymous.post('/workflows/servers/create').set('Authorization', `Bearer ${token}`).send(SERVERS);
  return { userId, tokenId, sessionId, get, submit };
}

describe('I13 a token', () => {
  it.each([
    ['its session was ended', 'session', 'sessionId'],
    ['it was exchanged for another', 'token', 'tokenId'],
    ['its user was disabled', 'user', 'userId'],
  ] as const)('is refused once %s', async (_why, kind, subject) => {
    const somebody = signedIn();
    await somebody.get().expect(200);
    api.access.revoke(kind, somebody[subject]);
    await api.look();
    const { body } = await somebody.get().expect(401);
    expect(body).toMatchObject({ code: 'token_revoked' });
    await signedIn().get().expect(200);
  });

  it('is told of by the poll, though nobody looks', async () => {
    const somebody = signedIn();
    api.access.revoke('session', somebody.sessionId);
    await waitFor(async () => (await somebody.get()).status === 401);
  });
});

describe('I14 without the control center', () => {
  it('changes stop when it was silent for too long, and reading goes on', async () => {
    const somebody = signedIn();
    await somebody.submit().expect(200);
    api.access.away = true;
    const refused = await waitFor(async () => {
      const answer = await somebody.submit();
      return answer.status === 503 ? answer : undefined;
    });
    expect((refused as { body: object }).body).toMatchObject({ code: 'revocation_stale' });
    await somebody.get().expect(200);
    const { body } = await signedIn(['viewer']).get('/state/system/health').expect(200);
    expect(body.data.components).toMatchObject({ monitoring: 'Degraded' });
    api.access.away = false;
    await api.look();
    await somebody.submit().expect(200);
  });
});

describe('P9 the policies', () => {
  const frozen = [
    ...builtinPolicies,
    {
      name: 'freeze',
      version: '1.0.0',
      rules: [{ effect: 'Deny' as const, resource: 'servers:production', action: ['create'] }],
    },
  ];

  it('are in force as soon as they are heard of', async () => {
    const somebody = signedIn();
    await somebody.submit().expect(200);
    api.access.change(frozen);
    await api.look();
    const { body } = await somebody.submit().expect(403);
    expect(body.error).not.toContain('freeze');
    const decision = await waitFor(() => api.access.decisions.find(({ id }) => id === body.decision_id));
    expect(decision).toMatchObject({
      decision: 'EXPLICIT_DENY',
      resource: 'servers:production',
      service: 'orchestrator',
    });
  });

  it('stay as they were when the new ones are signed by somebody else, or cannot be used', async () => {
    const somebody = signedIn();
    const errors = async () =>
      /policy_bundle_errors_total (\d+)/.exec((await api.anonymous.get('/metrics')).text)?.[1];
    const before = Number(await errors());
    api.access.forger = createKeyring(['another-secret-of-somebody-else-0123456789']);
    api.access.change(frozen);
    await api.look();
    await somebody.submit().expect(200);
    api.access.forger = undefined;
    const broken = [
      { effect: 'Deny' as const, resource: 'servers:*', action: ['create'], condition: 'user.nme == 1' },
    ];
    api.access.change([{ name: 'broken', version: '1', rules: broken }]);
    await api.look();
    await somebody.submit().expect(200);
    expect(Number(await errors())).toBeGreaterThan(before);
    const { body } = await signedIn(['viewer']).get('/state/system/health').expect(200);
    expect(body.data.components).toMatchObject({ monitoring: 'Degraded' });
  });

  it('never go back to an older revision', async () => {
    const somebody = signedIn();
    api.access.change(frozen);
    await api.look();
    const { revision } = api.access;
    api.access.revision = revision - 1;
    api.access.policies = builtinPolicies;
    await api.look();
    await somebody.submit().expect(403);
    api.access.revision = revision;
  });

  it('are asked by what somebody is, not by what they may be', async () => {
    api.access.change([]);
    await api.look();
    await signedIn(['admin']).get().expect(403);
  });
});

describe('I16 an API token', () => {
  it('stands for its owner with the roles that the control center names, until it is revoked', async () => {
    const token = makeApiToken();
    const [id, userId] = [uuidv7(), uuidv7()];
    const user = {
      id: userId,
      username: 'ada',
      email: 'ada@example.com',
      roles: ['operator'],
      enabled: true,
    };
    const expires_at = new Date(Date.now() + 600_000).toISOString();
    api.access.tokens.set(hashApiToken(token), { id, user, roles: ['viewer'], expires_at });
    const get = () => api.anonymous.get('/tasks').set('Authorization', `Bearer ${token}`);
    await get().expect(200);
    await api.anonymous
      .post('/workflows/servers/create')
      .set('Authorization', `Bearer ${token}`)
      .send(SERVERS)
      .expect(403);
    api.access.away = true;
    await get().expect(200);
    api.access.away = false;
    api.access.tokens.delete(hashApiToken(token));
    api.access.revoke('api_token', id);
    await api.look();
    await get().expect(401);
  });

  it('is asked about again when something happened to its owner as it was looked up, not by clocks', async () => {
    const token = makeApiToken();
    const user = {
      id: uuidv7(),
      username: 'ada',
      email: 'ada@example.com',
      roles: ['operator'],
      enabled: true,
    };
    const expires_at = new Date(Date.now() + 600_000).toISOString();
    api.access.tokens.set(hashApiToken(token), { id: uuidv7(), user, roles: ['operator'], expires_at });
    const get = () => api.anonymous.get('/tasks').set('Authorization', `Bearer ${token}`);
    await get().expect(200);
    // Stamped before the look-up, committed after it.
    api.access.tokens.delete(hashApiToken(token));
    api.access.revoke('user', user.id, new Date(Date.now() - 60_000));
    await api.look();
    await get().expect(401);
  });

  it('loses nothing that is denied to its owner by leaving a role out', async () => {
    api.access.change([
      ...builtinPolicies,
      {
        name: 'contractors',
        version: '1',
        rules: [
          {
            effect: 'Deny',
            resource: 'servers:*',
            action: ['create'],
            condition: "user.role == 'contractor'",
          },
        ],
      },
    ]);
    await api.look();
    const token = makeApiToken();
    const roles = ['operator', 'contractor'];
    const user = { id: uuidv7(), username: 'ada', email: 'ada@example.com', roles, enabled: true };
    const expires_at = new Date(Date.now() + 600_000).toISOString();
    api.access.tokens.set(hashApiToken(token), { id: uuidv7(), user, roles: ['operator'], expires_at });
    await api.anonymous
      .post('/workflows/servers/create')
      .set('Authorization', `Bearer ${token}`)
      .send(SERVERS)
      .expect(403);
  });

  it('that nobody knows, or that is mistyped, is refused', async () => {
    for (const token of [makeApiToken(), 'prv_nonsense']) {
      const { body } = await api.anonymous.get('/tasks').set('Authorization', `Bearer ${token}`).expect(401);
      expect(body.code).toBe('token_revoked');
    }
  });
});

describe('P11 work that waits', () => {
  const waiting = async (userToken: ReturnType<typeof signedIn>) => {
    const { body } = await userToken.submit().expect(200);
    return body.data as string;
  };
  const statusOf = async (id: string) => {
    const { body } = await signedIn(['viewer']).get(`/tasks/${id}`).expect(200);
    return body.data as { status: string; error: string | null };
  };

  it('is cancelled when its submitter was disabled', async () => {
    const somebody = signedIn();
    const task = await waiting(somebody);
    const other = await waiting(signedIn());
    api.access.known.set(somebody.userId, { enabled: false });
    api.access.revoke('user', somebody.userId);
    await api.look();
    await waitFor(async () => (await statusOf(task)).status === 'Cancelled');
    expect((await statusOf(task)).error).toContain('authorization_revoked');
    expect((await statusOf(other)).status).toBe('Pending');
  });

  it('is cancelled when the policies do not allow it any more, a batch as a whole', async () => {
    const somebody = signedIn();
    const operation = (id: string, dependencies: string[]) => ({
      ...{ id, type: 'server_batch', provider: 'local', dependencies },
      server_configs: [{ name: id, plan: 'small', zone: 'here' }],
    });
    const { body } = await api
      .as('operator')
      .post('/batch/execute')
      .send({ name: 'rollout', version: '1', operations: [operation('a', []), operation('b', ['a'])] })
      .expect(200);
    const task = await waiting(somebody);
    api.access.change([
      ...builtinPolicies,
      {
        name: 'no-batches',
        version: '1',
        rules: [{ effect: 'Deny', resource: 'batches:rollout', action: ['execute'] }],
      },
    ]);
    await api.look();
    const path = `/batch/operations/${body.data.batch_id as string}`;
    await waitFor(async () => (await signedIn(['viewer']).get(path)).body.data.status === 'Cancelled');
    expect((await statusOf(task)).status).toBe('Pending');
  });
});
