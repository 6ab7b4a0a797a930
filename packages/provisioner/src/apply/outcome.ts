import type { Server } from '../drivers/driver.js';
import type { ResourceAction, ResourceReport } from '../report/types.js';

/** What became of a server. */
export interface Outcome {
  name: string;
  action: ResourceAction;
  driver: string;
  before: Server | null;
  after: Server | null;
  /** Done by an earlier attempt at the same piece of work. */
  earlier?: boolean;
}

export function resourceReport(
  infra: string,
  { name, action, driver, before, after }: Outcome,
): ResourceReport {
  return {
    type: 'resource',
    kind: 'server',
    name,
    infra,
    action,
    driver,
    before: before && { ...before },
    after: after && { ...after },
  };
}
