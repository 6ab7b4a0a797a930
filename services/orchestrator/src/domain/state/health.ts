import type { Health, SystemHealth, Workforce } from './state.js';

/** What was found out about each part, a moment ago. */
export interface Findings {
  /** Absent: the storage did not answer. */
  workforce: Workforce | undefined;
  /** Whether it works. */
  monitoring: boolean;
  /** The same; absent where there is no Redis. */
  queue: boolean | undefined;
}

export function systemHealth({ workforce, monitoring, queue }: Findings): SystemHealth {
  const storage: Health = workforce ? 'Healthy' : 'Unhealthy';
  const components = {
    storage,
    batchCoordinator: coordination(workforce),
    monitoring: monitoring ? 'Healthy' : 'Degraded',
    workers: workersHealth(workforce),
    // Without Redis work goes on by looking into Postgres: slower to start, never lost.
    ...(queue === undefined ? {} : { queue: queue ? 'Healthy' : 'Degraded' }),
  } satisfies SystemHealth['components'];
  const reasons = (workforce?.workerFaults ?? []).map((fault) => `A worker cannot start commands. ${fault}`);
  return { overall: worst(Object.values(components)), components, reasons, checkedAt: new Date() };
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
