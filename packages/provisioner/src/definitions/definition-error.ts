import { DriverError } from '../drivers/driver.js';
import { describeFault, type Fault } from '../settings/settings-error.js';
import type { Path } from '@provisioning/input';

/** What is wrong, without its place. */
export interface Complaint {
  path: Path;
  /** Whether the fault is in the last name of the path, not in its value. */
  ofName?: boolean;
  message: string;
}

/**
 * A definition, or another file of this kind, is not valid. The message lists all faults, one a line: the file, the
 * line, what is wrong and what is allowed.
 */
export class DefinitionError extends DriverError {
  constructor(readonly faults: readonly Fault[]) {
    super(faults.map(describeFault).join('\n'), { permanent: true });
  }
}
