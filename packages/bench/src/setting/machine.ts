import { cpus, totalmem } from 'node:os';

/** The machine of a report. */
export interface Machine {
  node: string;
  platform: string;
  processor: string;
  cores: number;
  memoryGiB: number;
}

/** Describes this machine. */
export function thisMachine(): Machine {
  const processors = cpus();
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
}
