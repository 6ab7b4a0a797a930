import { setTimeout as sleep } from 'node:timers/promises';
import { checkAccepted } from './checks/accepted.js';
import { checkBatches } from './checks/batches.js';
import { checkEnds, checkOverlaps, runsByTask } from './checks/runs.js';
import type { Violation } from './checks/violation.js';
import { Client } from './load/client.js';
import { Load } from './load/load.js';
import type { Random } from './random.js';
import { slowestRecovery, type Findings } from './report/numbers.js';
import type { PlannedFault } from './storm/plan.js';
import { blow } from './storm/storm.js';
import type { System } from './system/system.js';

export interface Scenario {
  name: string;
  seconds: number;
  plan: readonly PlannedFault[];
  random: Random;
  jwtSecret: string;
  /** See {@link Load}. */
  demanding: boolean;
  /** How long it may take after the storm until all has ended. */
  healWithinSeconds: number;
  start: () => Promise<System>;
}

export interface Outcome {
  findings: Findings;
  /** The events of the tasks that broke a guarantee, and of the one that took longest to continue. */
  histories: ReadonlyMap<string, string[]>;
}

const HISTORIES = 10;
const LOOK_MS = 500;

/** Load and storm together, then calm, then the checks. */
export async function play(scenario: Scenario): Promise<Outcome> {
  const { name, seconds, plan, random, demanding } = scenario;
  const system = await scenario.start();
  let stopped = false;
  try {
    const load = new Load(system, new Client(scenario.jwtSecret), random.stream('load'), { demanding });
    const end = new AbortController();
    const loaded = load.run(end.signal);
    const faults = await blow(system, plan, seconds).finally(() => end.abort());
    await loaded;
    const { healedAfter, remains } = await heal(system, load, scenario.healWithinSeconds);
    const violations = await check(system, load, remains);
    const [tasks, lines] = [await system.tasks(), system.witness.lines()];
    const slowest = slowestRecovery(faults, lines).task;
    const broken = violations.flatMap(({ task }) => task ?? []).slice(0, HISTORIES);
    const histories = await historiesOf(system, slowest === undefined ? broken : [...broken, slowest]);
    stopped = true;
    const left = await system.stop();
    return {
      findings: {
        name,
        stormSeconds: seconds,
        faults,
        tasks,
        lines,
        healedAfter,
        submissions: load.submissions,
        batches: batchesOf(load),
        cancels: load.cancels,
        unasked: [...system.apis, ...system.workers].flatMap((member) => member.unasked),
        violations: [...violations, ...left.map(remaining)],
      },
      histories,
    };
  } finally {
    if (!stopped) await system.stop();
  }
}

function batchesOf({ batches: { offered, submissions } }: Load): Findings['batches'] {
  return offered === false || submissions.length === 0
    ? 'not offered'
    : submissions.filter(({ accepted }) => accepted !== undefined).length;
}

/** Waits until everything has ended, and nothing is left of it. */
async function heal(
  system: System,
  load: Load,
  withinSeconds: number,
): Promise<{ healedAfter: number | undefined; remains: string[] }> {
  const began = performance.now();
  const passed = () => (performance.now() - began) / 1000;
  for (;;) {
    await load.askAgain();
    const remains = await system.remains();
    const open = [
      ...checkAccepted(load.submissions, await system.tasks()),
      ...checkBatches(load.batches.submissions, await load.batches.seen(), []),
    ];
    if (remains.length === 0 && open.length === 0) return { healedAfter: passed(), remains };
    if (passed() > withinSeconds) return { healedAfter: undefined, remains };
    await sleep(LOOK_MS);
  }
}

async function check(system: System, load: Load, remains: readonly string[]): Promise<Violation[]> {
  const tasks = await system.tasks();
  const lines = system.witness.lines();
  return [
    ...checkOverlaps(lines),
    ...checkAccepted(load.submissions, tasks),
    ...checkEnds(tasks, runsByTask(lines)),
    ...checkBatches(load.batches.submissions, await load.batches.seen(), lines),
    ...remains.map(remaining),
  ];
}

const remaining = (seen: string): Violation => ({ promise: 'nothing is left', seen });

async function historiesOf(system: System, tasks: readonly string[]): Promise<Map<string, string[]>> {
  const histories = [...new Set(tasks)].map(async (task) => [task, await system.history(task)] as const);
  return new Map(await Promise.all(histories));
}
