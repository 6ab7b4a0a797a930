import { describe, expect, it } from '@jest/globals';
import { DriverSet } from '../drivers/driver-set.js';
import type { Report, ResourceReport } from '../report/types.js';
import { applyOperation } from './apply-operation.js';
import type { OperationContext } from './context.js';
import type { ServerConfig } from './operation.js';
import { undoOperation } from './undo-operation.js';

/** Operations on the noop driver, with their reports. */
class Bench {
  constructor(readonly drivers: DriverSet) {}

  static async open(): Promise<Bench> {
    const nowhere = { dataDir: '/nonexistent', workspace: '/nonexistent', env: {} };
    return new Bench(await DriverSet.open({ ...nowhere, production: false, testDriver: true }));
  }

  reports: Report[] = [];

  context(idempotencyKey: string, given: Partial<OperationContext> = {}): OperationContext {
    this.reports = [];
    return {
      drivers: this.drivers,
      infra: 'i',
      idempotencyKey,
      check: false,
      signal: new AbortController().signal,
      reporter: { report: (report) => void this.reports.push(report), intend: () => Promise.resolve() },
      log: () => {},
      ...given,
    };
  }

  async apply(key: string, ...configs: Partial<ServerConfig>[]): Promise<ResourceReport[]> {
    const server_configs = configs.map((config) => ({ name: 'a', plan: 'p', zone: 'z', ...config }));
    await applyOperation(
      { id: 'op', type: 'server_batch', provider: 'noop', server_configs },
      this.context(key),
    );
    return this.reports.filter((report) => report.type === 'resource');
  }

  undo(key: string, changes: readonly ResourceReport[], given: Partial<OperationContext> = {}) {
    return undoOperation(changes, this.context(key, given));
  }

  async server(name = 'a') {
    return this.drivers.find('i', 'server', name);
  }

  get steps(): string[] {
    return this.reports.flatMap((report) =>
      report.type === 'step' && report.state !== 'started' ? [`${report.state}: ${report.name}`] : [],
    );
  }
}

describe('an undo', () => {
  it('reverses the changes in reverse order, including unreported ones', async () => {
    const bench = await Bench.open();
    const changes = await bench.apply('k', { name: 'a' }, { name: 'b' }, { name: 'c' });
    await bench.undo('k', changes.slice(0, 1));
    expect(bench.steps).toEqual([
      'completed: Destroy server c',
      'completed: Destroy server b',
      'completed: Destroy server a',
    ]);
    expect(await bench.drivers.list('i')).toEqual([]);
  });

  it('reverses changed fields and keeps later changes of others', async () => {
    const bench = await Bench.open();
    await bench.apply('1', { labels: { a: '1' } });
    const changes = await bench.apply('2', { plan: 'q' });
    await bench.apply('3', { plan: 'q', labels: { a: '2' } });
    expect(await bench.undo('2', changes)).toMatchObject({ outcome: 'completed' });
    expect(await bench.server()).toMatchObject({ plan: 'p', labels: { a: '2' } });
    await bench.undo('2', changes);
    expect(bench.steps).toEqual(['skipped: Change back server a']);
  });

  it('of several operations restores the start, although things were made again in between', async () => {
    const bench = await Bench.open();
    const history: [string, ResourceReport[]][] = [];
    for (const zone of ['z', 'y', 'x']) history.push([zone, await bench.apply(zone, { zone })]);
    for (const [key, changes] of history.reverse()) {
      expect(await bench.undo(key, changes)).toMatchObject({ outcome: 'completed' });
      expect(bench.steps.filter((step) => step.startsWith('skipped'))).toEqual([]);
    }
    expect(await bench.server()).toBeNull();
  });

  it('does not change a new thing in place of one that was destroyed', async () => {
    const bench = await Bench.open();
    await bench.apply('1', {});
    const changes = await bench.apply('2', { zone: 'y' });
    expect(changes.map(({ action }) => action)).toEqual(['destroyed', 'created']);
    await bench.drivers
      .named('noop')
      .resources.server.destroy((await bench.server())!, { idempotencyKey: '3' });
    await bench.apply('4', { zone: 'x' });
    const result = await bench.undo('2', changes);
    expect(result).toMatchObject({
      outcome: 'failed',
      permanent: true,
      message: expect.stringMatching(/another server a now.*Done: 1 of 2 changes\. Not undone: server a\./),
    });
    expect(await bench.server()).toMatchObject({ zone: 'x' });
  });

  it('changes nothing if it is a check or was cancelled before', async () => {
    const bench = await Bench.open();
    const changes = await bench.apply('k', {});
    expect(await bench.undo('k', changes, { check: true })).toMatchObject({ outcome: 'completed' });
    expect(bench.reports[0]).toEqual({ type: 'plan', steps: 1 });
    expect(await bench.undo('k', changes, { signal: AbortSignal.abort() })).toEqual({
      outcome: 'cancelled',
      message:
        'Cancelled. Done: 0 of 1 change. Not undone: server a. Run the rollback again to undo the rest.',
    });
    expect(await bench.server()).not.toBeNull();
  });

  it('has nothing to do if nothing was done', async () => {
    const bench = await Bench.open();
    await bench.apply('1', {});
    const changes = await bench.apply('2', {});
    expect(await bench.undo('2', changes)).toEqual({ outcome: 'completed', message: 'Nothing to undo' });
  });

  it('changes its own infra only, even if a report names another', async () => {
    const bench = await Bench.open();
    const before = { id: 'x', name: 'a', infra: 'other', plan: 'p', zone: 'z', provider: 'noop', labels: {} };
    const report = { type: 'resource', kind: 'server', name: 'a', driver: 'noop', after: null } as const;
    const change = { ...report, action: 'destroyed', before } as const;
    expect(await bench.undo('k', [{ ...change, infra: 'other' }])).toEqual({
      outcome: 'failed',
      permanent: true,
      message:
        'The server a belongs to infra other and cannot be undone with those of i. Nothing was changed.',
    });
    await bench.undo('k', [{ ...change, infra: 'i' }], {
      intents: [{ ...change, type: 'intent', infra: 'other' }],
    });
    expect(await bench.drivers.find('other', 'server', 'a')).toBeNull();
    expect(await bench.server()).toMatchObject({ infra: 'i' });
  });
});

it('continues with things that share no server with a failed step', async () => {
  const bench = await Bench.open();
  const [made] = await bench.apply('k', { name: 'a' });
  const about = (action: ResourceReport['action'], id: string): ResourceReport => {
    const thing = { ...made!.after, name: 'fail-b', id };
    const [before, after] = action === 'created' ? [null, thing] : [thing, null];
    return { ...made!, name: 'fail-b', action, before, after };
  };
  const result = await bench.undo('k', [made!, about('created', 'x'), about('destroyed', 'y')]);
  expect(result).toMatchObject({
    outcome: 'failed',
    message:
      'fail-b fails, as its name says. Done: 1 of 3 changes. Not undone: server fail-b, server fail-b. ' +
      'Run the rollback again to undo the rest.',
  });
  expect(bench.steps).toEqual(['failed: Create again server fail-b', 'completed: Destroy server a']);
  expect(await bench.server('a')).toBeNull();
});
