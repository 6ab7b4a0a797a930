import type { Health, SystemHealth, Workforce } from './state.js';

/** Why a component does not work, in a sentence; undefined if it works. */
export type Fault = string | undefined;

/** The results of all probes. */
export interface Findings {
  /** Undefined if the storage did not answer. */
  workforce: Workforce | undefined;
  /** Whether the storage accepts writes. */
  storage: Fault;
  monitoring: Fault;
  /** Undefined without Redis. */
  queue: { fault: Fault } | undefined;
}

/** Computes the health of the platform from the results of the probes. */
export function systemHealth({ workforce, storage, monitoring, queue }: Findings): SystemHealth {
  const components = {
    storage: workforce && storage === undefined ? 'Healthy' : 'Unhealthy',
    batchCoordinator: coordination(workforce),
    monitoring: monitoring === undefined ? 'Healthy' : 'Degraded',
    workers: workersHealth(workforce),
    // Without Redis executors poll Postgres: tasks start later, and none is lost.
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
