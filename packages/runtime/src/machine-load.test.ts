import { statfsSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { machineLoadMeter } from './machine-load.js';

describe('the load of this machine', () => {
  it('is measured since the previous call', async () => {
    const measure = machineLoadMeter(tmpdir());
    await measure();
    const until = performance.now() + 60;
    while (performance.now() < until); // one processor is busy
    const { cpuPercent, memoryMegabytes, diskPercent } = await measure();
    expect(cpuPercent).toBeGreaterThan(0);
    expect(cpuPercent).toBeLessThanOrEqual(100);
    expect(memoryMegabytes).toBeGreaterThan(0);
    expect(memoryMegabytes).toBeLessThanOrEqual(totalmem() / 2 ** 20);
    const { blocks, bfree } = statfsSync(tmpdir());
    expect(diskPercent).toBeGreaterThanOrEqual(Math.floor((100 * (blocks - bfree)) / blocks) - 1);
    expect(diskPercent).toBeLessThanOrEqual(100);
  });

  it('fails for a folder that does not exist', async () => {
    await expect(machineLoadMeter('/no/such/folder')()).rejects.toThrow('ENOENT');
  });
});
