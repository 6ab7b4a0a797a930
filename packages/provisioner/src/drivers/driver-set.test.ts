import { describe, expect, it } from '@jest/globals';
import { DriverError } from './driver.js';
import { DriverSet, type DriverSetOptions } from './driver-set.js';
import { createNoopDriver } from './noop/noop-driver.js';
import type { DriverPlugin, Environment } from './plugin.js';

const made = { ...createNoopDriver(), name: 'upcloud' };
const PLUGINS: DriverPlugin[] = [
  {
    provider: 'upcloud',
    variables: [],
    required: [['TOKEN'], ['USERNAME', 'PASSWORD']],
    create: () => Promise.resolve(made),
  },
  {
    provider: 'aws',
    variables: [],
    required: [['REGION']],
    create: () => Promise.reject(new DriverError('There is no region "mars".', { permanent: true })),
  },
];

function open(env: Environment, more: Partial<DriverSetOptions> = {}): Promise<DriverSet> {
  return DriverSet.open(
    { dataDir: '/nonexistent', workspace: '/nonexistent', env, production: false, ...more },
    PLUGINS,
  );
}

describe('providers', () => {
  it.each([{ TOKEN: 't' }, { USERNAME: 'u', PASSWORD: 'p' }])('are configured by %j', async (env) => {
    expect((await open(env)).for('upcloud')).toBe(made);
  });

  it('that are not configured fall back to local, with a notice that says what to set', async () => {
    const drivers = await open({ USERNAME: 'u' });
    expect(drivers.for('upcloud').name).toBe('local');
    expect(drivers.notices(['upcloud'])[0]).toBe(
      'Provider upcloud has no credentials configured (set TOKEN, or PASSWORD) and falls back to the local driver.',
    );
    expect(() => drivers.named('upcloud')).toThrow(
      'The driver upcloud is not configured (set TOKEN, or PASSWORD)',
    );
  });

  it('that are not configured are refused in production', async () => {
    const drivers = await open({}, { production: true });
    expect(() => drivers.for('upcloud')).toThrow('(set TOKEN, or USERNAME and PASSWORD)');
    expect(drivers.for('local').name).toBe('local');
  });

  it('with an invalid configuration are refused without an effect on others', async () => {
    const drivers = await open({ TOKEN: 't', REGION: 'mars' });
    expect(() => drivers.for('aws')).toThrow(
      'Provider aws is not configured correctly: There is no region "mars".',
    );
    expect(() => drivers.named('aws')).toThrow('is not configured correctly');
    expect(drivers.all.map(({ name }) => name)).toEqual(['local', 'upcloud']);
  });
});
