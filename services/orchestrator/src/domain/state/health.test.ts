import { describe, expect, it } from '@jest/globals';
import { systemHealth } from './health.js';

function withWorkers(aliveWorkers: number, workerFaults: string[]) {
  const workforce = { aliveWorkers, workerFaults, workWaits: false };
  return systemHealth({ workforce, monitoring: true, queue: undefined });
}

describe('the health of the workers', () => {
  it('is what those can do that live, with a reason for each that can do nothing', () => {
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
