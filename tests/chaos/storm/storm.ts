import type { System } from '../system/system.js';
import { uptime } from '../witness/witness.js';
import { crashAt } from './crash-points.js';
import { FAULTS, pause, REDIS_FAULTS, type FaultContext } from './faults.js';
import type { PlannedFault } from './plan.js';

const CRASH_KIND = /^executor dies (.+)$/;

export interface StruckFault {
  kind: string;
  /** By the machine's clock, like the times of the witness. */
  at: number;
  /** False when there was no target, or another fault had it. */
  struck: boolean;
}

/** Runs the storm on the system; faults overlap. Resolves when it is over and all frozen processes continue. */
export async function blow(
  system: System,
  plan: readonly PlannedFault[],
  seconds: number,
): Promise<StruckFault[]> {
  const calm = new AbortController();
  const began = performance.now();
  const struck: StruckFault[] = [];
  const failures: unknown[] = [];
  const underWay: Promise<unknown>[] = [];
  for (const fault of plan) {
    await pause(fault.at - (performance.now() - began) / 1000, calm.signal);
    underWay.push(
      strike(fault.kind, { ...fault, system, calm: calm.signal }).then(
        (result) => struck.push(result),
        (error: unknown) => failures.push(error),
      ),
    );
  }
  await pause(seconds - (performance.now() - began) / 1000, calm.signal);
  calm.abort();
  await Promise.all(underWay);
  if (failures.length > 0) throw new AggregateError(failures, 'The storm itself broke.');
  return struck;
}

async function strike(kind: string, context: FaultContext): Promise<StruckFault> {
  const at = uptime();
  const point = CRASH_KIND.exec(kind)?.[1];
  const struck =
    point === undefined
      ? await named(kind)(context)
      : await crashAt(context.system, context.pick, point, context.calm);
  return { kind, at, struck };
}

function named(kind: string): (context: FaultContext) => Promise<boolean> {
  const fault = Object.entries({ ...FAULTS, ...REDIS_FAULTS }).find(([name]) => name === kind)?.[1];
  if (!fault) throw new Error(`There is no fault called ${kind}.`);
  return fault;
}
