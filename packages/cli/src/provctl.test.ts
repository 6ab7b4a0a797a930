import { afterEach, describe, expect, it } from '@jest/globals';
import { planBatch } from '@provisioning/contracts';
import { FakePlatform } from '../test/support/fake-platform.js';
import { shell } from '../test/support/shell.js';

const ID = '01999999-0000-7000-8000-000000000001';
const AT = '2025-09-26T10:00:00Z';
let fake: FakePlatform | undefined;
afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

async function provctl(answers: Record<string, unknown>, line: string, input = '') {
  await fake?.stop();
  fake = await FakePlatform.start(answers);
  return { ...(await shell(fake.url, line.split(' '), { input })), sent: fake.received };
}

const rules = [{ effect: 'Deny', resource: 'servers:prod-*', action: ['delete'] }];
const policy = { id: ID, name: 'freeze', version: '1', rules, created_at: AT, enabled: true };
const webhook = {
  id: ID,
  url: 'https://example.com/hook',
  events: ['task.failed'],
  description: null,
  enabled: true,
  source: 'api',
  disabled_reason: null,
  owner: 'ada',
  owner_id: ID,
  created_at: AT,
};
const token = {
  id: ID,
  name: 'ci',
  roles: ['operator'],
  created_at: AT,
  expires_at: '2099-01-01T00:00:00Z',
  last_used_at: null,
};

describe('provctl can', () => {
  it.each([
    ['allow', 0],
    ['depends', 1],
    ['deny', 1],
  ])('%s', async (verdict, code) => {
    const answer = {
      action: 'cancel',
      resource: 'tasks:*',
      verdict,
      reason: 'A policy says so.',
      rule: null,
    };
    const ran = await provctl({ whatMayI: [answer] }, 'can cancel tasks:* --context infra=dev');
    expect(ran).toMatchObject({ code, out: `${verdict}  cancel on tasks:*: A policy says so.\n` });
    const context = { infra: 'dev' };
    expect(ran.sent[0]?.body).toEqual({ questions: [{ action: 'cancel', resource: 'tasks:*', context }] });
  });
});

describe('provctl admin', () => {
  const work = [{ infra: 'prod', reason: 'restored', tasks: 2, unknown: 1, oldest: AT }];
  const restored = { since: AT, reason: 'Restored from Sunday.', released: ['dev'] };

  it('shows what is held, with the reason first', async () => {
    const { out } = await provctl({ getHold: { restored, work } }, 'admin hold');
    expect(out).toMatch(
      /^Held {2}Changes are refused since \S+, except on dev\. Restored from Sunday\..*\nINFRA.*\nprod +restored +2 +1/,
    );
  });

  it('holds all work, and then ends every session', async () => {
    const answers = { holdWork: { restored, work }, endAllAccess: 'Every session has ended.' };
    const { code, sent } = await provctl(answers, 'admin restored --confirm ada --reason Restored.');
    expect(code).toBe(0);
    expect(sent.map(({ operation, body }) => [operation, body])).toEqual([
      ['holdWork', { reason: 'Restored.' }],
      ['endAllAccess', { username: 'ada' }],
    ]);
  });

  it('releases some infras, or all', async () => {
    const released = { batches: 1, tasks: 2, cancelled: 3, failed: 0, left: 4 };
    const some = await provctl({ releaseWork: released }, 'admin release reconcile --infras a,b');
    expect(some.out).toContain(
      'Released 1 batches and 2 tasks; 3 tasks were cancelled, 0 failed, 4 are still held.',
    );
    expect(some.sent[0]?.body).toEqual({ release: 'reconcile', infras: ['a', 'b'] });
    const all = await provctl({ releaseWork: released }, 'admin release resume');
    expect(all.sent[0]?.body).toEqual({ release: 'resume' });
  });
});

describe('provctl policy', () => {
  it('lists policies with their status', async () => {
    const { code, out } = await provctl({ listPolicies: [policy] }, 'policy list');
    expect(code).toBe(0);
    expect(out).toMatch(/^STATUS +ID +NAME +VERSION +RULES\nenabled +01999999\S+ +freeze +1 +1\n$/);
  });

  it('validates rules from standard input and prints the position of each fault', async () => {
    const problems = [{ path: 'rules[0].condition', message: 'unexpected end', line: 1, column: 9 }];
    const ran = await provctl(
      { validatePolicy: { valid: false, problems } },
      'policy validate -',
      JSON.stringify({ rules }),
    );
    expect(ran).toMatchObject({ code: 1, out: 'Invalid  rules[0].condition (1:9): unexpected end\n' });
    expect(ran.sent[0]?.body).toEqual({ rules });
  });

  it.each([
    ['ALLOW', 0],
    ['EXPLICIT_DENY', 1],
  ])('simulates: %s', async (decision, code) => {
    const matched = [
      {
        policy_id: ID,
        policy: 'freeze',
        rule: 0,
        effect: decision === 'ALLOW' ? 'Allow' : 'Deny',
        decided: true,
      },
    ];
    const ran = await provctl(
      { simulatePolicies: { decision, matched, revision: 3, errors: [] } },
      'policy simulate --roles operator,viewer --action delete --resource servers:prod-1 --context infra=prod-1 --context check_mode=true',
    );
    expect(ran.code).toBe(code);
    expect(ran.out).toMatch(
      new RegExp(`^${decision}  delete on servers:prod-1\n.*freeze, rule 0 \\(decided\\)\n$`),
    );
    expect(ran.sent[0]?.body).toEqual({
      principal: { roles: ['operator', 'viewer'] },
      action: 'delete',
      resource: 'servers:prod-1',
      context: { infra: 'prod-1', check_mode: true },
    });
  });

  it('replays decisions and exits with 1 if any would differ', async () => {
    const changed = [
      {
        decision_id: ID,
        action: 'delete',
        resource: 'servers:prod-1',
        before: 'ALLOW',
        after: 'EXPLICIT_DENY',
      },
    ];
    const ran = await provctl(
      { replayDecisions: { checked: 2, unchanged: 1, changed, truncated: false } },
      `policy replay --from ${AT} --policies -`,
      JSON.stringify(policy),
    );
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('EXPLICIT_DENY  delete on servers:prod-1 was ALLOW');
    expect(ran.sent[0]?.body).toMatchObject({ policies: [{ name: 'freeze', rules, enabled: true }] });
  });
});

describe('provctl policy replay --questions', () => {
  const question = { user_id: ID, action: 'create', resource: 'servers:prod-1' };
  const answered = (questions: Record<string, unknown>) => ({
    replayDecisions: { checked: 0, unchanged: 0, changed: [], truncated: false, questions },
  });

  it('sends them in parts and lists what would be refused by its place in the file', async () => {
    const refused = [{ ...question, index: 5, username: 'olga', decision: 'EXPLICIT_DENY' }];
    const ran = await provctl(
      answered({ checked: 600, refused, unknown_users: [ID] }),
      `policy replay --from ${AT} --questions - --output json`,
      JSON.stringify({ questions: Array.from({ length: 1_200 }, () => question) }),
    );
    expect(ran.sent.map(({ body }) => (body as { questions: unknown[] }).questions.length)).toEqual([
      1_000, 200,
    ]);
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.out)).toMatchObject({
      questions: { checked: 1_200, refused: [{ index: 5 }, { index: 1_005 }], unknown_users: [ID] },
    });
  });

  it.each([
    [
      [{ ...question, index: 0, username: 'olga', decision: 'EXPLICIT_DENY' }],
      1,
      'EXPLICIT_DENY  create on servers:prod-1 for olga\nDone  Decided 1 questions; 1 would be denied.',
    ],
    [[], 0, 'Done  Decided 1 questions; 0 would be denied.'],
  ])('lists what would be refused and ends with 1 if anything would be: %j', async (refused, code, text) => {
    const ran = await provctl(
      answered({ checked: 1, refused, unknown_users: [] }),
      `policy replay --from ${AT} --questions -`,
      JSON.stringify([question]),
    );
    expect(ran).toMatchObject({ code, out: expect.stringContaining(text) });
  });

  it('refuses a file without questions', async () => {
    const ran = await provctl({}, `policy replay --from ${AT} --questions -`, '{"rules": []}');
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('must be a list of questions or a document with "questions"');
  });
});

describe('provctl audit', () => {
  it('streams the export to standard output', async () => {
    const text = 'id,action\n1,server.create\n';
    const ran = await provctl(
      { listAuditLogs: { type: 'text/csv', text } },
      `audit export --format csv --from ${AT} --action server.create`,
    );
    expect(ran).toMatchObject({ code: 0, out: text });
    expect(ran.sent[0]?.accept).toBe('text/csv');
    expect(Object.fromEntries(ran.sent[0]?.query ?? [])).toEqual({
      from: '2025-09-26T10:00:00.000Z',
      action: 'server.create',
    });
  });

  it.each([
    [{ ok: true, checked: 3, first_bad_seq: null, reason: null }, 0, 'Valid  Verified 3 audit records.'],
    [
      { ok: false, checked: 3, first_bad_seq: 2, reason: 'hash' },
      1,
      'Invalid  Audit record 2 does not match the chain: hash.',
    ],
  ])('verifies the chain (%#)', async (result, code, words) => {
    const ran = await provctl({ verifyAudit: { ...result, head: null } }, 'audit verify');
    expect(ran).toMatchObject({ code, err: '', out: expect.stringContaining(words) });
  });
});

describe('provctl webhook', () => {
  it('creates a webhook with a secret from standard input, and lists it', async () => {
    const secret = 'a-secret-of-ours-0123';
    const created = await provctl(
      { createWebhook: { ...webhook, secret } },
      'webhook create https://example.com/hook --events task.failed --secret-stdin',
      `${secret}\n`,
    );
    expect(created.out).toMatch(/^Done {2}Created webhook/);
    expect(created.sent[0]?.body).toMatchObject({ secret, events: ['task.failed'] });
    const listed = await provctl({ listWebhooks: [webhook] }, 'webhook list -o yaml');
    expect(listed.out).toContain('url: https://example.com/hook');
  });

  it('tests a webhook, lists its deliveries and deletes it', async () => {
    const delivery = {
      id: ID,
      webhook_id: ID,
      event: 'ping',
      state: 'failed',
      attempts: 2,
      response_status: 500,
      error: 'It answered 500.',
      created_at: AT,
      last_attempt_at: AT,
      next_attempt_at: null,
    };
    const answers = {
      testWebhook: ID,
      deleteWebhook: 'Webhook deleted successfully',
      listWebhookDeliveries: [delivery],
    };
    fake = await FakePlatform.start(answers);
    expect((await shell(fake.url, ['webhook', 'test', ID])).out).toBe(`Done  Queued delivery ${ID}.\n`);
    expect((await shell(fake.url, ['webhook', 'deliveries', ID])).out).toMatch(/^failed .* ping .* 500 /m);
    expect((await shell(fake.url, ['webhook', 'delete', ID])).code).toBe(0);
  });
});

describe('provctl token', () => {
  it('creates, lists and revokes a token', async () => {
    fake = await FakePlatform.start({
      createToken: { ...token, token: 'prv_0123' },
      listTokens: [token],
      deleteToken: 'Token revoked',
    });
    const created = await shell(fake.url, [
      'token',
      'create',
      'ci',
      '--roles',
      'operator',
      '--expires',
      '90d',
    ]);
    expect(created.out).toContain('It is shown only once: prv_0123');
    expect((await shell(fake.url, ['token', 'list'])).out).toMatch(/^valid +01999999\S+ +ci +operator/m);
    expect((await shell(fake.url, ['token', 'revoke', ID])).out).toBe(`Done  Revoked token ${ID}.\n`);
    const revoked = await shell(fake.url, ['token', 'revoke', ID, '--output', 'json']);
    expect(JSON.parse(revoked.out)).toEqual({ status: 'Done', message: `Revoked token ${ID}.`, id: ID });
  });
});

describe('provctl user', () => {
  it('unlocks the sign-in of a user', async () => {
    const ran = await provctl({ unlockUser: 'Sign-in unlocked' }, `user unlock ${ID}`);
    expect(ran).toMatchObject({ code: 0, out: `Done  Unlocked the sign-in of user ${ID}.\n` });
  });
});

describe('provctl version', () => {
  it('shows what runs', async () => {
    const answer = {
      version: '0.2.0',
      commit: 'a'.repeat(40),
      node: '22.1.0',
      schema: '2026_x',
      mode: 'production',
    };
    const answers = { orchestratorVersion: answer, controlCenterVersion: { ...answer, commit: null } };
    const ran = await provctl(answers, 'version');
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/^orchestrator +0\.2\.0 +aaaaaaaaaaaa +22\.1\.0 +2026_x$/m);
    // The fake platform answers both services at one address: the operation found first.
    expect(ran.out).toMatch(/^provctl +\d+\.\d+\.\d+ +- +/m);
  });
});

describe('provctl checkpoint', () => {
  it('shows what has changed since a checkpoint', async () => {
    const change = {
      kind: 'server',
      infra: 'dev',
      name: 'web-01',
      provider: 'local',
      before: null,
      after: {},
    };
    const answer = {
      checkpoint_id: ID,
      as_of: AT,
      changes: [{ ...change, change: 'create' }],
      summary: '1 created, 0 changed, 0 destroyed since the checkpoint',
    };
    const ran = await provctl({ diffCheckpoint: answer }, `checkpoint diff ${ID}`);
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/^create +server +dev +web-01$/m);
    expect(ran.out).toContain('Done  1 created, 0 changed, 0 destroyed since the checkpoint.');
  });

  it('deletes a checkpoint', async () => {
    const ran = await provctl(
      { deleteCheckpoint: 'Checkpoint deleted successfully' },
      `checkpoint delete ${ID}`,
    );
    expect(ran).toMatchObject({ code: 0, out: `Done  Deleted checkpoint ${ID}.\n` });
  });
});

describe('provctl rollback', () => {
  const summary = {
    rollback_id: ID,
    kind: 'checkpoint',
    status: 'Failed',
    checkpoint_id: ID,
    infras: ['dev'],
    operations_count: 3,
    operations_executed: 2,
    operations_failed: 1,
    created_at: AT,
    completed_at: AT,
    created_by: 'ada',
  };

  it('lists rollbacks by status', async () => {
    const ran = await provctl({ listRollbacks: [summary] }, 'rollback list --status Failed');
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/^Failed +01999999\S+ +checkpoint +01999999\S+ +dev +3 +2 +1 +\S+ +ada$/m);
    expect(String(ran.sent[0]?.query)).toBe('status=Failed');
  });

  it('shows a rollback with the outcome of each operation', async () => {
    const operations = [
      { operation_id: 'web', outcome: 'undone', changes: 2, error: null },
      { operation_id: 'db', outcome: 'failed', changes: 1, error: 'It is gone.' },
    ];
    const answer = {
      rollback_id: ID,
      success: false,
      operations_executed: 1,
      operations_failed: 1,
      duration: 1.5,
      status: 'Failed',
      kind: 'operations',
      operations,
    };
    const ran = await provctl({ getRollback: answer }, `rollback show ${ID}`);
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/^status: +Failed$/m);
    expect(ran.out).toMatch(/^undone +web +2 +-\nfailed +db +1 +It is gone\.$/m);
  });

  it('still requires what to undo', async () => {
    const ran = await provctl({}, 'rollback --check');
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('--to <checkpoint>') });
  });
});

describe('provctl batch plan', () => {
  it('shows operations and the locks that the batch would wait for, and submits nothing', async () => {
    const holder = { task_id: null, batch_id: ID, since: AT, granted: true };
    const answer = {
      name: 'one',
      operations: [{ id: 'a', type: 'server_batch', provider: 'local', infra: 'dev', dependencies: ['b'] }],
      infras: ['dev'],
      locks: [{ infra: 'dev', holder, queue: [], waiting: 0 }],
    };
    const ran = await provctl({ planBatch: answer }, 'batch plan -', JSON.stringify(planBatch.example));
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatch(/^a +server_batch +dev +local +b$/m);
    expect(ran.out).toContain(`Waiting  dev is locked by batch ${ID}; 0 wait already.`);
    expect(ran.sent.map(({ body }) => body)).toEqual([planBatch.example]);
  });
});

describe('provctl plan', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const summary = {
    id: ID,
    status: 'Planned',
    kind: 'batch',
    name: 'web',
    infras: ['prod'],
    digest,
    summary: { create: 1, change: 0, destroy: 1 },
    created_by: 'ada',
    created_at: AT,
    planned_at: AT,
    expires_at: AT,
    ended_at: null,
    error: null,
    batch_id: null,
    task_id: null,
    rollback_id: null,
  };
  const plan = {
    ...summary,
    planning_task_id: ID,
    changes: [
      { change: 'create', kind: 'server', infra: 'prod', name: 'web-02', provider: 'aws', operation: 'new' },
      { change: 'destroy', kind: 'server', infra: 'prod', name: 'web-01', provider: 'aws', operation: 'old' },
    ],
    known_after: ['server web-02: address'],
    notes: [],
    requirements: [
      {
        policy_id: ID,
        policy: 'prod',
        rule: 0,
        count: 2,
        roles: ['lead'],
        distinct_from: [],
        expires_in: null,
        fulfilled: false,
        fulfilled_by: ['bob'],
      },
    ],
    decisions: [{ user: 'bob', decision: 'approve', comment: 'Agreed.', decided_at: AT }],
    moved: [],
  };

  it('shows destroys first, what is required and who has decided', async () => {
    const ran = await provctl({ getPlan: plan }, `plan show ${ID}`);
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(
      /^destroy +server +prod +web-01 +aws +old\ncreate +server +prod +web-02 +aws +new$/m,
    );
    expect(ran.out).toMatch(/^Waiting +1 of 2 +lead +bob +prod$/m);
    expect(ran.out).toMatch(/^approve +bob +\S+ +Agreed\.$/m);
    expect(ran.err).toContain('Known after the execution: server web-02: address');
    const undo = await provctl({ getPlan: { ...plan, kind: 'rollback' } }, `plan show ${ID}`);
    expect(undo.out).toMatch(/^destroy +server +prod +web-01 +aws$/m);
  });

  it.each(['approve', 'reject'])('sends the digest that was read: %s', async (decision) => {
    const ran = await provctl({ getPlan: plan, decidePlan: plan }, `plan ${decision} ${ID} --comment ok`);
    expect(ran.code).toBe(0);
    expect(ran.sent.at(-1)?.body).toEqual({ digest, decision, comment: 'ok' });
  });

  it('decides nothing if the digest is another one than the one expected', async () => {
    const ran = await provctl({ getPlan: plan }, `plan approve ${ID} --digest sha256:other`);
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining(`has the digest ${digest}`) });
  });

  it.each([`plan execute ${ID}`, `batch run --plan ${ID}`])(
    'reports by its exit code that a plan waits for approval: %s',
    async (args) => {
      const ran = await provctl({ getPlan: plan }, args);
      expect(ran).toMatchObject({ code: 9, err: expect.stringContaining('needs approval') });
    },
  );

  it('lists what waits for the caller', async () => {
    const ran = await provctl({ listPlans: [summary] }, 'plan list --mine');
    expect(String(ran.sent[0]?.query)).toBe('waiting_for_me=true');
    expect(ran.out).toMatch(/^Planned +\S+ +batch +web +1 +0 +1 +prod +\S+ +ada$/m);
  });

  it.each(['batch run', `batch run - --plan ${ID}`])('runs either a file or a plan: %s', async (args) => {
    const ran = await provctl({}, args);
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('--plan <id>') });
  });
});

describe('every command of provctl', () => {
  const task = {
    id: ID,
    name: 'create_servers',
    command: 'x',
    args: [],
    dependencies: [],
    created_at: AT,
    started_at: AT,
    completed_at: null,
    output: null,
    error: null,
  };

  it('polls for logs without events and escapes control characters', async () => {
    let looks = 0;
    const lines = ['one', 'two \u001b]0;title\u0007'];
    const { code, out, err } = await provctl(
      {
        getTask: () => ({ ...task, status: (looks += 1) < 2 ? 'Running' : 'Completed' }),
        getTaskLogs: () =>
          lines.splice(0, 1).map((text) => ({ line: 3 - lines.length, attempt: 1, timestamp: AT, text })),
      },
      `task logs -f ${ID}`,
    );
    expect({ code, out }).toEqual({ code: 0, out: 'one\ntwo \\x1b]0;title\\x07\n' });
    expect(err).toBe('Running  create_servers\nCompleted  create_servers\n');
  });

  it('shows what a task is waiting for', async () => {
    const waiting_for = { reason: 'lock', infra: 'production', task_id: ID, place: 2 };
    const { out } = await provctl({ getTask: { ...task, status: 'Pending', waiting_for } }, `task why ${ID}`);
    expect(out).toBe(
      `Pending  Waiting for the lock of production, held by task ${ID} (position 2 in the queue).\n`,
    );
  });

  it('prints the error of the service in one sentence with the request id', async () => {
    const { code, out, err } = await provctl({}, 'token list');
    expect({ code, out, err }).toEqual({
      code: 1,
      out: '',
      err: 'Failed  This operation is not built. (request req-1)\n',
    });
  });

  it('exits with 130 when interrupted and states that the work continues', async () => {
    const abort = new AbortController();
    fake = await FakePlatform.start({
      getTask: () => {
        abort.abort();
        return { ...task, status: 'Running' };
      },
      getTaskLogs: [],
    });
    const ran = await shell(fake.url, ['task', 'logs', '-f', ID], { signal: abort.signal });
    expect(ran).toMatchObject({ code: 130, err: expect.stringContaining('Interrupted') });
  });
});
