import { describe, expect, it } from '@jest/globals';
import { internalSocketPath } from '@provisioning/runtime';
import { readConfig } from './config.js';
import { httpUrl, platform } from './platform.js';

describe('readConfig', () => {
  it('has the documented defaults, in absolute paths', () => {
    const config = readConfig('/repo', {});
    expect(config).toMatchObject({
      dataDir: '/repo/.data',
      host: '127.0.0.1',
      workers: 1,
      production: false,
    });
    expect(config.ports).toEqual({ orchestrator: 9090, controlCenter: 9080 });
    expect(config.environment).toMatchObject({ PROVISIONING_WORKSPACE: '/repo/workspace' });
  });

  it('names every variable that is wrong', () => {
    const wrong = { ORCHESTRATOR_PORT: '99999', WORKERS: '0', DATABASE_URL: 'mysql://x' };
    expect(() => readConfig('/repo', wrong)).toThrow(/ORCHESTRATOR_PORT.*WORKERS|WORKERS.*ORCHESTRATOR_PORT/);
    expect(() => readConfig('/repo', wrong)).toThrow(/DATABASE_URL/);
  });
});

describe('platform', () => {
  const config = readConfig('/repo', { WORKERS: '2' });
  const described = platform(config, {
    databaseUrl: 'postgres://db',
    redisUrl: undefined,
    ports: { orchestrator: 1, controlCenter: 2, internal: undefined },
  });

  it('starts control center, orchestrator and workers in this order', () => {
    expect(described.groups.map((group) => group.map(({ name }) => name))).toEqual([
      ['control-center'],
      ['orchestrator'],
      ['worker-0', 'worker-1'],
    ]);
  });

  it('gives each process what it needs, and no REDIS_URL where there is none', () => {
    const [orchestrator, worker] = [described.groups[1]?.[0], described.groups[2]?.[1]];
    expect(orchestrator?.env).toMatchObject({
      ORCHESTRATOR_PORT: '1',
      CONTROL_CENTER_URL: 'http://127.0.0.1:2',
      CONTROL_CENTER_INTERNAL_URL: `unix:${internalSocketPath(2)}`,
    });
    expect(described.groups[0]?.[0]?.env).not.toHaveProperty('INTERNAL_PORT');
    expect(worker?.env).toMatchObject({ DATABASE_URL: 'postgres://db', WORKER_SLOT: '1', WORKER_PORT: '0' });
    expect(worker?.env).not.toHaveProperty('REDIS_URL');
  });

  it('lets the control center serve internal routes on a port where one is configured', () => {
    const inside = { INTERNAL_PORT: '0', INTERNAL_HOST: '0.0.0.0' };
    const { groups } = platform(readConfig('/repo', inside), {
      databaseUrl: 'postgres://db',
      redisUrl: undefined,
      ports: { orchestrator: 1, controlCenter: 2, internal: 3 },
    });
    expect(groups[0]?.[0]?.env).toMatchObject({ INTERNAL_PORT: '3', INTERNAL_HOST: '0.0.0.0' });
    expect(groups[1]?.[0]?.env).toMatchObject({ CONTROL_CENTER_INTERNAL_URL: 'http://127.0.0.1:3' });
  });

  it('can be ended within 15 seconds, even if no process ends on its own', () => {
    const ofGroups = described.groups.map((group) =>
      Math.max(...group.map(({ stopWithinMs }) => stopWithinMs)),
    );
    const ofDatabases = 3 * 1_500;
    expect(ofGroups.reduce((sum, one) => sum + one, ofDatabases)).toBeLessThanOrEqual(15_000);
  });
});

describe('httpUrl', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:80'],
    ['0.0.0.0', 'http://127.0.0.1:80'],
    ['::', 'http://[::1]:80'],
  ])('reaches %s', (host, url) => {
    expect(httpUrl(host, 80)).toBe(url);
  });
});
