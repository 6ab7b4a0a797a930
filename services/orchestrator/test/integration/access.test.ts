import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createKeyring, hashApiToken, issueToken, makeApiToken } from '@provisioning/auth-token';
import { builtinPolicies, type PolicyDocument } from '@provisioning/policy';
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
  api.access.format = undefined;
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

describe('a token', () => {
  it.each([
    ['its session was ended', 'session', 'sessionId'],
    ['it was exchanged for another', 'token', 'tokenId'],
    ['its user was disabled', 'user', 'userId'],
  ] as const)('is refused once %s', async (_why, kind, subject) => {
    const caller = signedIn();
    await caller.get().expect(200);
    api.access.revoke(kind, caller[subject]);
    await api.look();
    const { body } = await caller.get().expect(401);
    expect(body).toMatchObject({ code: 'token_revoked' });
    await signedIn().get().expect(200);
  });

  it('is reported as revoked by the poll, without a request', async () => {
    const caller = signedIn();
    api.access.revoke('session', caller.sessionId);
    await waitFor(async () => (await caller.get()).status === 401);
  });
});

describe('without the control center', () => {
  it('changes are refused after its maximum silence, and reads are served', async () => {
    const caller = signedIn();
    await caller.submit().expect(200);
    api.access.away = true;
    const refused = await waitFor(async () => {
      const answer = await caller.submit();
      return answer.status === 503 ? answer : undefined;
    });
    expect((refused as { body: object }).body).toMatchObject({ code: 'revocation_stale' });
    await caller.get().expect(200);
    const { body } = await signedIn(['viewer']).get('/state/system/health').expect(200);
    expect(body.data.components).toMatchObject({ monitoring: 'Degraded' });
    api.access.away = false;
    await api.look();
    await caller.submit().expect(200);
  });
});

describe('the policies', () => {
  const frozen = [
    ...builtinPolicies,
    {
      name: 'freeze',
      version: '1.0.0',
      rules: [{ effect: 'Deny' as const, resource: 'servers:production', action: ['create'] }],
    },
  ];

  /** A policy of a later release. */
  const withEffect = (effect: string): PolicyDocument => ({
    name: 'later',
    version: '1',
    // Safe cast: the bundle is sent as JSON.
    rules: [{ effect: effect as 'Deny', resource: 'servers:*', action: ['create'] }],
  });

  it('are in force as soon as they are received', async () => {
    const caller = signedIn();
    await caller.submit().expect(200);
    api.access.change(frozen);
    await api.look();
    const { body } = await caller.submit().expect(403);
    expect(body.error).not.toContain('freeze');
    const decision = await waitFor(() => api.access.decisions.find(({ id }) => id === body.decision_id));
    expect(decision).toMatchObject({
      decision: 'EXPLICIT_DENY',
      resource: 'servers:production',
      service: 'orchestrator',
    });
  });

  it('stay unchanged when the new ones have a foreign signature, and end when they cannot be used', async () => {
    const caller = signedIn();
    const errors = async () =>
      /policy_bundle_errors_total (\d+)/.exec((await api.anonymous.get('/metrics')).text)?.[1];
    const before = Number(await errors());
    api.access.forger = createKeyring(['another-secret-of-an-attacker-0123456789']);
    api.access.change(frozen);
    await api.look();
    await caller.submit().expect(200);
    api.access.forger = undefined;
    const broken = [
      { effect: 'Deny' as const, resource: 'servers:*', action: ['create'], condition: 'user.nme == 1' },
    ];
    api.access.change([{ name: 'broken', version: '1', rules: broken }]);
    await api.look();
    expect(Number(await errors())).toBeGreaterThan(before);
    const { body } = await caller.submit().expect(503);
    expect(body.code).toBe('policy_unsupported');
  });

  it.each<[string, () => void]>([
    ['an effect', () => api.access.change([...builtinPolicies, withEffect('RequireWitness')])],
    [
      'a format',
      () => {
        api.access.format = 3;
        api.access.change(builtinPolicies);
      },
    ],
  ])('are refused with %s that this process does not know, and those before end', async (_what, send) => {
    const caller = signedIn();
    send();
    await api.look();
    await caller.submit().expect(503);
    await caller.get().expect(503);
    api.access.format = undefined;
    // A revision before the refused one does not return either.
    api.access.revision -= 1;
    api.access.policies = builtinPolicies;
    await api.look();
    await caller.submit().expect(503);
    api.access.revision += 1;
    api.access.change(builtinPolicies);
    await api.look();
    await caller.submit().expect(200);
  });

  it('never return to an older revision', async () => {
    const caller = signedIn();
    api.access.change(frozen);
    await api.look();
    const { revision } = api.access;
    api.access.revision = revision - 1;
    api.access.policies = builtinPolicies;
    await api.look();
    await caller.submit().expect(403);
    api.access.revision = revision;
  });

  it('are evaluated with all attributes of the user, not only with the roles', async () => {
    api.access.change([]);
    await api.look();
    await signedIn(['admin']).get().expect(403);
  });
});

describe('an API token', () => {
  it('acts as its owner with the roles that the control center returns, until it is revoked', async () => {
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

  it('is looked up again when its owner changed during the look-up, without comparing clocks', async () => {
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

  it('loses no Deny of its owner by leaving a role out', async () => {
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

  it('that is unknown or has a typing error is refused', async () => {
    for (const token of [makeApiToken(), 'prv_nonsense']) {
      const { body } = await api.anonymous.get('/tasks').set('Authorization', `Bearer ${token}`).expect(401);
      expect(body.code).toBe('token_revoked');
    }
  });
});

describe('work that waits', () => {
  const waiting = async (userToken: ReturnType<typeof signedIn>) => {
    const { body } = await userToken.submit().expect(200);
    return body.data as string;
  };
  const statusOf = async (id: string) => {
    const { body } = await signedIn(['viewer']).get(`/tasks/${id}`).expect(200);
    return body.data as { status: string; error: string | null };
  };

  it('is cancelled when its submitter was disabled', async () => {
    const caller = signedIn();
    const task = await waiting(caller);
    const other = await waiting(signedIn());
    api.access.known.set(caller.userId, { enabled: false });
    api.access.revoke('user', caller.userId);
    await api.look();
    await waitFor(async () => (await statusOf(task)).status === 'Cancelled');
    expect((await statusOf(task)).error).toContain('authorization_revoked');
    expect((await statusOf(other)).status).toBe('Pending');
  });

  it('is cancelled when the policies no longer allow it, a batch as a whole', async () => {
    const caller = signedIn();
    const operation = (id: string, dependencies: string[]) => ({
      id,
      type: 'server_batch',
      provider: 'local',
      dependencies,
      server_configs: [{ name: id, plan: 'small', zone: 'here' }],
    });
    const { body } = await api
      .as('operator')
      .post('/batch/execute')
      .send({ name: 'rollout', version: '1', operations: [operation('a', []), operation('b', ['a'])] })
      .expect(200);
    const task = await waiting(caller);
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
