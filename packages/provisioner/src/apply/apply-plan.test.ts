import { describe, expect, it } from '@jest/globals';
import { setImmediate as settled } from 'node:timers/promises';
import { DriverError, type Collection, type Driver, type RecallOptions } from '../drivers/driver.js';
import type { Change, Kind, Server } from '../drivers/resource.js';
import { planCreate, planDelete, type Plan } from '../plan/plan.js';
import { renderPlan } from '../plan/render-plan.js';
import type { Report } from '../report/types.js';
import type { DesiredServer } from '../settings/settings.js';
import { applyPlan, type ApplyOptions } from './apply-plan.js';
import { Interrupted } from './interrupted.js';
import { failureOf } from './result-data.js';
import { summarize } from './summary.js';

const desired = (name: string, given: Partial<DesiredServer> = {}): DesiredServer => ({
  infra: 'i',
  name,
  plan: 'p',
  zone: 'z',
  provider: 'local',
  image: null,
  labels: {},
  storage_gb: null,
  ...given,
});

const server = (from: DesiredServer, id = `id of ${from.name}`): Server => ({
  ...from,
  id,
  driver: 'memory',
  state: 'running',
  ip: null,
  made_at: '',
  changed_at: '',
  description: '',
});

/** A driver of servers only, which is enough to test how a plan is applied. */
const none: Collection<never> = {
  list: async () => [],
  read: async () => null,
  create: () => Promise.reject(new Error('There are servers only.')),
  change: () => Promise.reject(new Error('There are servers only.')),
  destroy: async () => [],
};

class MemoryDriver implements Driver, Collection<'server'> {
  readonly name = 'memory';
  readonly notice = null;
  serversAtOnce = 1;
  readonly resources = { server: this, taskserv: none, cluster: none };
  readonly servers = new Map<string, Server>();
  remembered: Change[] = [];
  /** The kinds that were recalled. */
  readonly recalled: (readonly Kind[])[] = [];
  before: (name: string) => void | Promise<void> = () => {};

  async list() {
    return [...this.servers.values()];
  }
  async read(_: string, name: string) {
    return this.servers.get(name) ?? null;
  }
  async create(wanted: DesiredServer) {
    await this.before(wanted.name);
    const existing = this.servers.get(wanted.name);
    if (existing) return { resource: existing, made: false };
    this.servers.set(wanted.name, server(wanted, `new id of ${wanted.name}`));
    return { resource: this.servers.get(wanted.name)!, made: true };
  }
  async change(before: Server, wanted: DesiredServer) {
    this.servers.set(before.name, { ...before, ...wanted });
    return this.servers.get(before.name)!;
  }
  async destroy({ name }: Server): Promise<Change[]> {
    const found = this.servers.get(name);
    this.servers.delete(name);
    return found ? [{ kind: 'server', action: 'destroyed', before: found, after: null }] : [];
  }
  async recall(_: string, __: string, { kinds = [] }: RecallOptions = {}) {
    this.recalled.push(kinds);
    return this.remembered;
  }
}

function gate(): { passed: Promise<void>; open: () => void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

async function apply(plan: Plan<'server'>, driver: MemoryDriver, options: Partial<ApplyOptions> = {}) {
  const reports: Report[] = [];
  const applied = await applyPlan(plan, {
    drivers: { for: () => driver, of: () => driver, named: () => driver, all: [driver] },
    reporter: { report: (report) => void reports.push(report), intend: () => Promise.resolve() },
    ...options,
  });
  const reported = reports.map((report) => {
    if (report.type === 'step') return `${report.state} ${report.index}/${report.total} ${report.name}`;
    return report.type === 'resource' ? `${report.action} ${report.name}` : JSON.stringify(report);
  });
  return { applied, reported, summary: summarize(plan, applied.outcomes) };
}

describe('applying a plan', () => {
  it('reports each step before and after, and each server', async () => {
    const driver = new MemoryDriver();
    for (const name of ['grown', 'moved', 'same', 'other']) driver.servers.set(name, server(desired(name)));
    const wanted = [
      desired('new'),
      desired('grown', { plan: 'q' }),
      desired('moved', { zone: 'y' }),
      desired('same'),
    ];
    const { reported, applied, summary } = await apply(planCreate('i', wanted, await driver.list()), driver);
    expect(reported).toEqual([
      '{"type":"plan","steps":3}',
      'unchanged same',
      'unchanged other',
      'started 1/3 Create server new',
      'created new',
      'completed 1/3 Create server new',
      'started 2/3 Change server grown',
      'changed grown',
      'completed 2/3 Change server grown',
      'started 3/3 Replace server moved',
      'destroyed moved',
      'created moved',
      'completed 3/3 Replace server moved',
    ]);
    expect(applied).toMatchObject({ failure: null, undone: [] });
    expect(summary).toBe('Successfully created 1 server, changed 1 server, replaced 1 server');
    expect(driver.servers.get('moved')).toMatchObject({ zone: 'y', id: 'new id of moved' });
    expect(driver.servers.has('other')).toBe(true);
  });

  it('stops at the first failure and reports what was not done', async () => {
    const driver = new MemoryDriver();
    driver.before = (name) => {
      if (name === 'b') throw new DriverError('No room.');
    };
    const { reported, applied } = await apply(
      planCreate(
        'i',
        ['a', 'b', 'c'].map((name) => desired(name)),
        [],
      ),
      driver,
    );
    expect(applied.failure).toEqual(new DriverError('No room.'));
    expect(applied.undone).toEqual(['b', 'c']);
    expect(reported.slice(-2)).toEqual(['started 2/3 Create server b', 'failed 2/3 Create server b']);
    expect([...driver.servers.keys()]).toEqual(['a']);
  });

  it('finishes the running step after an abort and starts no other', async () => {
    const driver = new MemoryDriver();
    const stop = new AbortController();
    driver.before = (name) => {
      if (name === 'b') stop.abort();
    };
    const plan = planCreate(
      'i',
      ['a', 'b', 'c'].map((name) => desired(name)),
      [],
    );
    const { reported, applied } = await apply(plan, driver, { signal: stop.signal });
    expect(applied.failure).toBeInstanceOf(Interrupted);
    expect(applied.undone).toEqual(['c']);
    expect(reported.at(-1)).toBe('completed 2/3 Create server b');
  });

  it('makes as many servers at once as the driver takes, and hands them on in the order of the settings', async () => {
    const driver = new MemoryDriver();
    driver.serversAtOnce = 2;
    const begun: string[] = [];
    const gates = new Map(['a', 'b', 'c'].map((name) => [name, gate()]));
    driver.before = (name) => {
      begun.push(name);
      return gates.get(name)!.passed;
    };
    const handedOn: string[] = [];
    const plan = planCreate(
      'i',
      ['a', 'b', 'c'].map((name) => desired(name)),
      [],
    );
    const applying = apply(plan, driver, { onOutcome: ({ name }) => handedOn.push(name) });
    await settled();
    expect(begun).toEqual(['a', 'b']);
    gates.get('b')!.open();
    await settled();
    expect(begun).toEqual(['a', 'b', 'c']);
    expect(handedOn).toEqual([]);
    gates.get('c')!.open();
    gates.get('a')!.open();
    const { applied, reported } = await applying;
    expect(handedOn).toEqual(['a', 'b', 'c']);
    expect(applied.outcomes.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    // Each server is reported as soon as it exists.
    expect(reported.filter((line) => line.startsWith('created'))).toEqual([
      'created b',
      'created c',
      'created a',
    ]);
  });

  it('finishes the running steps after a failure and starts no other', async () => {
    const driver = new MemoryDriver();
    driver.serversAtOnce = 2;
    const { passed, open } = gate();
    driver.before = async (name) => {
      if (name === 'a') throw new DriverError('No room.');
      if (name === 'b') await passed;
    };
    const plan = planCreate(
      'i',
      ['a', 'b', 'c'].map((name) => desired(name)),
      [],
    );
    const applying = apply(plan, driver);
    await settled();
    open();
    const { applied } = await applying;
    expect(applied.failure).toEqual(new DriverError('No room.'));
    expect(applied.undone).toEqual(['a', 'c']);
    expect(applied.outcomes.map(({ name }) => name)).toEqual(['b']);
    expect([...driver.servers.keys()]).toEqual(['b']);
  });

  it('reports the failures of all running steps, as permanent only if each is permanent', async () => {
    const driver = new MemoryDriver();
    driver.serversAtOnce = 3;
    driver.before = async (name) => {
      await settled();
      if (name === 'a') throw new DriverError('There is no such image.', { permanent: true });
      if (name === 'c') throw new DriverError('It does not answer.');
    };
    const plan = planCreate(
      'i',
      ['a', 'b', 'c'].map((name) => desired(name)),
      [],
    );
    const { applied } = await apply(plan, driver);
    expect(applied.failure).toMatchObject({
      message: 'There is no such image. It does not answer.',
      permanent: false,
    });
    expect(applied.undone).toEqual(['a', 'c']);
  });

  it('skips blocked entries, applies the others and fails with the reason', async () => {
    const driver = new MemoryDriver();
    const broken = { ...server(desired('a')), state: 'error' as const };
    driver.servers.set('a', broken);
    const silence = { name: 'b', reason: 'Host 10.0.0.2 does not answer.', permanent: false };
    const wanted = ['a', 'b', 'c'].map((name) => desired(name));
    const plan = planCreate('i', wanted, [broken], [silence]);
    const { applied } = await apply(plan, driver);
    expect(applied.outcomes.map(({ name }) => name)).toEqual(['c']);
    const failure = failureOf(plan, applied);
    expect(failure).toMatchObject({ name: 'DriverError', permanent: false });
    expect(failure?.message).toMatch(/^Server a is in state error at local and cannot be used/);
    expect(failure?.message).toContain('Host 10.0.0.2 does not answer.');
    expect(failure?.message).toContain('Done: 1 of 3 servers. Not done: a, b.');
  });

  it('starts a stopped server in place', async () => {
    const driver = new MemoryDriver();
    const stopped = { ...server(desired('a')), state: 'stopped' as const };
    driver.servers.set('a', stopped);
    const plan = planCreate('i', [desired('a')], [stopped]);
    expect(renderPlan(plan)[0]).toBe('~ server a: state "stopped" -> "running"');
    const { summary } = await apply(plan, driver);
    expect(summary).toBe('Successfully changed 1 server');
    expect(driver.servers.get('a')).toMatchObject({ id: stopped.id, state: 'running' });
  });

  it('recalls nothing on a first attempt, and later attempts recall only the kinds of the plan', async () => {
    const driver = new MemoryDriver();
    const plan = planCreate('i', [desired('a')], []);
    await apply(plan, driver, { idempotencyKey: 'k', fresh: true });
    expect(driver.recalled).toEqual([]);
    await apply(plan, driver, { idempotencyKey: 'k' });
    expect(driver.recalled).toEqual([['server']]);
  });

  it('accepts what another process created first, if it is equal', async () => {
    const driver = new MemoryDriver();
    driver.servers.set('a', server(desired('a')));
    const same = await apply(planCreate('i', [desired('a')], []), driver);
    expect(same.reported.slice(1)).toEqual([
      'started 1/1 Create server a',
      'unchanged a',
      'skipped 1/1 Create server a',
    ]);
    const other = await apply(planCreate('i', [desired('a', { plan: 'q' })], []), driver);
    expect(other.applied.failure?.message).toContain('created by another process in the meantime');
  });

  it('reports what an earlier attempt under the same key did', async () => {
    const driver = new MemoryDriver();
    const made = server(desired('a'));
    driver.servers.set('a', made);
    driver.remembered = [{ kind: 'server', action: 'created', before: null, after: made }];
    const plan = planCreate('i', [desired('a'), desired('b')], await driver.list());
    const again = await apply(plan, driver, { idempotencyKey: 'k' });
    expect(again.reported[1]).toBe('created a');
    expect(again.reported).not.toContain('unchanged a');
    expect(again.summary).toBe('Successfully created 2 servers');
    const byHand = await apply(planCreate('i', [desired('a')], await driver.list()), driver);
    expect(byHand.summary).toBe('Nothing to do: 1 server is as the settings say');
  });

  it('says when there is nothing to delete', async () => {
    const plan = planDelete('i', ['a', 'b'], []);
    const { summary, reported } = await apply(plan, new MemoryDriver());
    expect(reported).toEqual(['{"type":"plan","steps":0}']);
    expect(summary).toBe('Nothing to do: none of the 2 servers in the settings exists');
  });
});

it('stores the intent of an act before it acts', async () => {
  const driver = new MemoryDriver();
  const order: string[] = [];
  const wanted = desired('web-01');
  const plan = planCreate('production', [wanted], []);
  await applyPlan(plan, {
    drivers: { for: () => driver, of: () => driver, named: () => driver, all: [driver] },
    reporter: {
      report: (report) => {
        if (report.type === 'resource') order.push(`${report.action} ${report.name}`);
      },
      intend: async (intent) => {
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`${intent.action} ${intent.name} intended, ${driver.servers.size} there`);
      },
    },
  });
  expect(order).toEqual(['created web-01 intended, 0 there', 'created web-01']);
});
