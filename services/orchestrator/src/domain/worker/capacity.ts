/** How many tasks an executor runs at once, or how many more it can take: by runner and in all. */
export interface Capacity {
  /** Tasks that are processes of their own. They wait for processors. */
  commands: number;
  /** Tasks that run in the driver host. They wait for providers. */
  operations: number;
  total: number;
}

export const NO_CAPACITY: Capacity = { commands: 0, operations: 0, total: 0 };

/** @returns what is left of `limits` while so many tasks run; never below 0 */
export function remaining(limits: Capacity, running: { commands: number; operations: number }): Capacity {
  const commands = Math.max(0, limits.commands - running.commands);
  const operations = Math.max(0, limits.operations - running.operations);
  const total = Math.max(0, limits.total - running.commands - running.operations);
  return { commands, operations, total: Math.min(total, commands + operations) };
}
