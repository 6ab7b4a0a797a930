import type { Health, SystemHealth, Workforce } from './state.js';

/** What was found out about one part: undefined where it works, else a sentence that says why not. */
export type Fault = string | undefined;

/** What was found out about each part, a moment ago. */
export interface Findings {
  /** Absent: the storage did not answer. */
  workforce: Workforce | undefined;
  /** Whether it stores. */
  storage: Fault;
  monitoring: Fault;
  /** Absent where there is no Redis. */
  queue: { fault: Fault } | undefined;
}

export function systemHealth({ workforce, storage, monitoring, queue }: Findings): SystemHealth {
  const components = {
    storage: workforce && storage === undefined ? 'Healthy' : 'Unhealthy',
    batchCoordinator: coordination(workforce),
    monitoring: monitoring === undefined ? 'Healthy' : 'Degraded',
    workers: workersHealth(workforce),
    // Without Redis work goes on by looking into Postgres: slower to start, never lost.
    ...(queue === undefined ? {} : { queue: queue.fault === undefined ? 'Healthy' : 'Degraded' }),
  } satisfies SystemHealth['components'];
  const faults = [storage, monitoring, queue?.fault].filter((fault) => fault !== undefined);
  const workers = (workforce?.workerFaults ?? []).map((fault) => `A worker cannot start commands. ${fault}`);
  return {
    overall: worst(Object.values(components)),
    components,
    reasons: [...faults, ...workers],
    checkedAt: new Date(),
  };
}

function workersHealth(workforce: Workforce | undefined): Health {
  if (!workforce || workforce.aliveWorkers <= workforce.workerFaults.length) return 'Unhealthy';
  return workforce.workerFaults.length > 0 ? 'Degraded' : 'Healthy';
}

function coordination(workforce: Workforce | undefined): Health {
  if (!workforce || workforce.aliveWorkers === 0) return 'Unhealthy';
  return workforce.workWaits ? 'Degraded' : 'Healthy';
}

function worst(states: readonly Health[]): Health {
  return states.includes('Unhealthy') ? 'Unhealthy' : states.includes('Degraded') ? 'Degraded' : 'Healthy';
}
