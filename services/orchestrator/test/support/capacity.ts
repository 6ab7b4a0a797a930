import type { Capacity } from '../../src/domain/worker/capacity.js';

/** Capacity for so many tasks of any runner. */
export function anyTasks(total: number): Capacity {
  return { commands: total, operations: total, total };
}
