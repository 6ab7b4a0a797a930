import type { Definitions } from '../definitions/index.js';
import type { DriverSet } from '../drivers/driver-set.js';

/** What planning needs of the drivers: nothing with which a resource could be changed. */
export interface PlanningDrivers extends Pick<
  DriverSet,
  'provider' | 'for' | 'notices' | 'find' | 'list' | 'look' | 'sight'
> {
  definitions: Pick<Definitions, 'names' | 'inOrder'>;
}
