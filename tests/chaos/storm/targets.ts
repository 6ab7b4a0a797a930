import type { Member } from '../system/member.js';
import { signalOurs } from '../system/processes.js';
import type { System } from '../system/system.js';

/** Reserves one of them: the chosen one, or the next that no other fault has. */
export async function onOne(
  members: readonly Member[],
  pick: number,
  act: (member: Member) => Promise<boolean> | boolean,
): Promise<boolean> {
  const first = Math.floor(pick * members.length);
  const member = [...members.slice(first), ...members.slice(0, first)].find(({ busy }) => !busy);
  if (!member) return false;
  member.busy = true;
  try {
    return await act(member);
  } finally {
    member.busy = false;
  }
}

/** Worker and executor at once, as in a failure of their machine. */
export function loseHost(system: System, worker: Member): void {
  const executor = system.executorOf(worker);
  worker.kill();
  if (executor !== undefined) signalOurs(system.folder, executor, 'SIGKILL');
}
