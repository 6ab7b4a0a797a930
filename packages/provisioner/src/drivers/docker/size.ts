import type { DesiredServer } from '../../settings/settings.js';
import { DriverError } from '../driver.js';

/** The resources that a container may use. */
export interface Size {
  NanoCpus: number;
  /** In bytes; there is no swap in addition. */
  Memory: number;
  MemorySwap: number;
}

const PLAN = /^(\d{1,3}(?:\.\d{1,2})?)x?CPU-(\d{1,4}(?:\.\d{1,2})?) ?GB$/i;
const GB = 1024 ** 3;

/** @throws DriverError for a plan without a size */
export function sizeOf({ name, plan }: Pick<DesiredServer, 'name' | 'plan'>): Size {
  const [, cpus, gigabytes] = PLAN.exec(plan) ?? [];
  const [count, memory] = [Number(cpus), Number(gigabytes)];
  // The engine's minimum is 6 MB.
  if (!(count > 0) || !(memory >= 0.01)) {
    throw new DriverError(
      `Server ${name}: a plan of the docker driver must state a size, e.g. "2xCPU-4GB", ` +
        `got ${JSON.stringify(plan)}.`,
      { permanent: true },
    );
  }
  const bytes = Math.round(memory * GB);
  return { NanoCpus: Math.round(count * 1e9), Memory: bytes, MemorySwap: bytes };
}
