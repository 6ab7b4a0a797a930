import { describe, expect, it } from '@jest/globals';
import { systemHealth } from './health.js';

function withWorkers(aliveWorkers: number, workerFaults: string[]) {
  const workforce = { aliveWorkers, workerFaults, workWaits: false };
  return systemHealth({ ...WELL, workforce });
}

const WELL = {
  workforce: { aliveWorkers: 1, workerFaults: [], workWaits: false },
  storage: undefined,
  monitoring: undefined,
  queue: { fault: undefined },
};

describe('the health of the storage', () => {
  it('depends on whether it stores, not on whether it answers', () => {
    expect(systemHealth(WELL)).toMatchObject({ overall: 'Healthy', reasons: [] });
    const full = 'The database cannot store: its disk is full.';
    expect(systemHealth({ ...WELL, storage: full })).toMatchObject({
      overall: 'Unhealthy',
      components: { storage: 'Unhealthy', workers: 'Healthy' },
      reasons: [full],
    });
    const fullRedis = 'Redis cannot store: it has reached its maxmemory.';
    expect(systemHealth({ ...WELL, queue: { fault: fullRedis } })).toMatchObject({
      overall: 'Degraded',
      components: { storage: 'Healthy', queue: 'Degraded' },
      reasons: [fullRedis],
    });
    expect(systemHealth({ ...WELL, queue: undefined }).components).not.toHaveProperty('queue');
  });
});

describe('the health of the workers', () => {
  it('depends on what running workers can do, with a reason for each that can do nothing', () => {
    expect(withWorkers(2, [])).toMatchObject({ components: { workers: 'Healthy' }, reasons: [] });
    expect(withWorkers(2, ['host-a: bad option'])).toMatchObject({
      overall: 'Degraded',
      components: { workers: 'Degraded' },
      reasons: ['A worker cannot start commands. host-a: bad option'],
    });
    expect(withWorkers(1, ['host-a: bad option'])).toMatchObject({
      overall: 'Unhealthy',
      components: { workers: 'Unhealthy' },
    });
    expect(withWorkers(0, [])).toMatchObject({ components: { workers: 'Unhealthy' } });
  });
});
