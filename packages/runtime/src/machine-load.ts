import { statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';

/** The load of a machine. */
export interface MachineLoad {
  /** Percent of all processors since the previous call; at first since the start of the machine. */
  cpuPercent: number;
  /** Megabytes in use. */
  memoryMegabytes: number;
  /** Percent of the disk of the folder. */
  diskPercent: number;
}

/** @returns a function that measures this machine; each call covers the time since the previous one */
export function machineLoadMeter(folder: string): () => Promise<MachineLoad> {
  let before = { busy: 0, total: 0 };
  return async () => {
    const now = cpuTimes();
    const total = now.total - before.total;
    const cpuPercent = total > 0 ? (100 * (now.busy - before.busy)) / total : 0;
    before = now;
    const disk = await statfs(folder);
    return {
      cpuPercent: round(cpuPercent),
      memoryMegabytes: Math.round((totalmem() - freemem()) / 2 ** 20),
      // Space that only root can use does not count as free.
      diskPercent: round((100 * (disk.blocks - disk.bfree)) / (disk.blocks - disk.bfree + disk.bavail)),
    };
  };
}

function cpuTimes(): { busy: number; total: number } {
  const sums = cpus().map(({ times }) => {
    const total = times.user + times.nice + times.sys + times.irq + times.idle;
    return { busy: total - times.idle, total };
  });
  return {
    busy: sums.reduce((sum, { busy }) => sum + busy, 0),
    total: sums.reduce((sum, { total }) => sum + total, 0),
  };
}

function round(percent: number): number {
  return Number.isFinite(percent) ? Math.round(percent * 10) / 10 : 0;
}
