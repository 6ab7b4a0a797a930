import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { builtinPolicies, type PolicyRule } from '@provisioning/policy';
import { waitFor } from '@provisioning/test-kit';
import { callerOf } from '../support/api-caller.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

const script = fileURLToPath(new URL('../../dist/src/migrate.js', import.meta.url));
const ADMIN_RULES = builtinPolicies.find(({ name }) => name === 'admin_access_policy')!.rules;

const rule = (
  effect: PolicyRule['effect'],
  resource: string,
  action: string[],
  condition?: string,
): PolicyRule => ({ effect, resource, action, ...(condition === undefined ? {} : { condition }) });

interface Stored {
  id: string;
  name: string;
  enabled: boolean;
  rules: PolicyRule[];
  revision: number;
}

describe('migrate --repair-policies', () => {
  let service: TestApi;
  let api: ReturnType<typeof callerOf>;
  beforeEach(async () => {
    service = await startTestApi();
    api = callerOf(service);
  });
  afterEach(() => service.close());

  const rows = (table: string) => service.api.opened.database(table);
  const stored = async () =>
    new Map(((await rows('policies')) as Stored[]).map((policy) => [policy.name, policy]));
  /** Bypasses every guard, like policies of an older release or a direct change of the database. */
  const lock = async (change: () => Promise<unknown>) => {
    await change();
    await rows('policy_revision').increment('revision', 1);
  };
  const plant = (name: string, rules: PolicyRule[]) =>
    lock(() => {
      const now = new Date();
      return rows('policies').insert({
        id: randomUUID(),
        name,
        version: '1',
        enabled: true,
        revision: 1,
        rules: JSON.stringify(rules),
        created_at: now,
        updated_at: now,
      });
    });
  const migrate = async (...args: string[]) => {
    const env = {
      ...process.env,
      DATABASE_URL: service.configuration.config.databaseUrl,
      LOG_FORMAT: 'json',
    };
    const child = spawn(process.execPath, [script, ...args], { env });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (output += data.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, output };
  };
  const isRepaired = () =>
    waitFor(async () => (await api.call('get', '/policies')).status === 200, {
      what: 'policies that can be read',
    });
  const repairs = async () =>
    (
      (await rows('audit_log').where({ action: 'policy.repair' }).orderBy('seq')) as { details: string }[]
    ).map(({ details }) => (JSON.parse(details) as { name: string }).name);

  it('changes nothing where nothing is locked', async () => {
    const before = await stored();
    const { code, output } = await migrate('--repair-policies');
    expect([code, output]).toEqual([0, expect.stringContaining('nothing to repair')]);
    expect(await stored()).toEqual(before);
    expect(await repairs()).toEqual([]);
  });

  it('restores the policy of admins where it is missing or weakened', async () => {
    await lock(() => rows('policies').where({ name: 'admin_access_policy' }).delete());
    expect((await migrate('--repair-policies')).code).toBe(0);
    expect((await stored()).get('admin_access_policy')).toMatchObject({ enabled: true, rules: ADMIN_RULES });
    await isRepaired();
    await lock(() =>
      rows('policies').where({ name: 'admin_access_policy' }).update({ enabled: false, rules: '[]' }),
    );
    expect((await migrate('--repair-policies')).code).toBe(0);
    expect((await stored()).get('admin_access_policy')).toMatchObject({ enabled: true, rules: ADMIN_RULES });
    await isRepaired();
    expect(await repairs()).toEqual(['admin_access_policy', 'admin_access_policy']);
  });

  it('removes from a Deny what it says about policies, and keeps the rest', async () => {
    const others = [
      rule('Deny', 'servers:prod*', ['delete']),
      rule('Deny', 'policies:*', ['update'], "user.role == 'intern'"),
    ];
    await plant('path', [
      rule('Deny', '*', ['*'], "request.path.startsWith('/policies') || request.ip == '192.0.2.1'"),
      ...others,
      rule('Deny', 'policies:0*', ['*']),
    ]);
    await plant('alone', [rule('Deny', 'policies:*', ['read'])]);
    await plant('all', [rule('Deny', '*', ['delete'])]);
    await waitFor(async () => (await api.call('get', '/policies')).status === 403, { what: 'the lock' });
    const before = await stored();
    const { code, output } = await migrate('--repair-policies');
    expect(code).toBe(0);
    const after = await stored();
    const condition = "resource.type != 'policies'";
    expect(after.get('path')?.rules).toEqual([
      rule(
        'Deny',
        '*',
        ['*'],
        `${condition} && (request.path.startsWith('/policies') || request.ip == '192.0.2.1')`,
      ),
      ...others,
    ]);
    expect(after.get('all')).toMatchObject({
      enabled: true,
      rules: [rule('Deny', '*', ['delete'], condition)],
    });
    expect(after.get('alone')).toMatchObject({ enabled: false, rules: before.get('alone')!.rules });
    for (const name of ['admin_access_policy', 'operator_access_policy'])
      expect(after.get(name)).toEqual(before.get(name));
    expect((await repairs()).sort()).toEqual(['all', 'alone', 'path']);
    expect(output).toContain('"username":"admin"');
    await isRepaired();
    const { id } = after.get('path')!;
    const versions = await rows('policy_versions').where({ policy_id: id }).orderBy('revision', 'desc');
    expect(versions[0]).toMatchObject({ changed_by: null, rules: after.get('path')!.rules });
    expect((await api.call('delete', `/policies/${id}`)).status).toBe(200);
    expect(api.dataOf(await api.call('get', '/audit/verify'))).toMatchObject({ ok: true });
  });

  it('switches off a policy that cannot be used, and one whose condition cannot be narrowed', async () => {
    await plant('broken', [rule('Deny', 'servers:*', ['*'], 'no(')]);
    const long = `request.path == '${'x'.repeat(990)}'`;
    await plant('long', [rule('Deny', '*', ['*'], long), rule('Deny', 'servers:*', ['*'])]);
    expect((await migrate('--repair-policies')).code).toBe(0);
    const after = await stored();
    for (const name of ['broken', 'long']) expect(after.get(name)).toMatchObject({ enabled: false });
    await isRepaired();
  });

  it('chooses the user with the fewest restrictions', async () => {
    const aimed = rule('Deny', 'policies:*', ['read'], "user.username == 'admin'");
    await plant('aimed', [aimed]);
    await plant('hours', [rule('Deny', 'policies:*', ['delete'], 'request.time.getHours() > 22')]);
    const { rows: made } = (await service.api.opened.database.raw(
      `insert into users (id, username, email, password_hash, roles, enabled, created_at, updated_at)
       values (gen_random_uuid(), 'spare', 'spare@example.com', 'x', '{admin}', true, now(), now()) returning id`,
    )) as { rows: unknown[] };
    expect(made).toHaveLength(1);
    const { code, output } = await migrate('--repair-policies');
    expect([code, output]).toEqual([0, expect.stringContaining('"username":"spare"')]);
    const after = await stored();
    expect(after.get('aimed')).toMatchObject({ enabled: true, rules: [aimed] });
    expect(after.get('hours')).toMatchObject({ enabled: false });
  });

  it('says what to do where no admin can sign in, and rejects unknown options', async () => {
    await lock(() => rows('users').update({ enabled: false }));
    const { code, output } = await migrate('--repair-policies');
    expect([code, output]).toEqual([1, expect.stringContaining('docs/how-to/repair-policies.md')]);
    const unknown = await migrate('--repair');
    expect([unknown.code, unknown.output]).toEqual([1, expect.stringContaining('"--repair"')]);
  });
});
